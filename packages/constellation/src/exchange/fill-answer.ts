import { fillTitles, type TitleList } from '@omega-tv/compression';
import type { HeldTitles } from '@omega-tv/types';

/** A section's type and the length before it. */
const SECTION_BYTES = 4;
/** A snapshot that takes no more of the room than this goes first: diffs, as a rule. */
const SMALL_PART = 1 / 4;

/** What an answer may bring beside its receipt. */
export interface Offer {
  readonly list: TitleList | undefined;
  /** What the TV said that it holds of the list; undefined for nothing. */
  readonly held: HeldTitles | undefined;
  /** The frame that makes the newest version; undefined where the TV holds it. */
  readonly snapshot: Uint8Array | undefined;
}

/** What it does bring. */
export interface Filling {
  readonly titles?: Uint8Array;
  readonly snapshot?: Uint8Array;
}

/**
 * Fills an answer with what is worth most a byte: titles that the TV lacks altogether, then the
 * snapshot, then titles that changed. A snapshot that finds no room comes with a later answer; one
 * that goes first may exceed the room.
 * @param roomBytes what is left of the budget beside the receipt.
 */
export function fillAnswer({ list, held, snapshot }: Offer, roomBytes: number): Filling {
  if (list === undefined) return snapshot === undefined ? {} : { snapshot };
  const snapshotBytes = snapshot === undefined ? 0 : snapshot.length + SECTION_BYTES;
  const isFirst = snapshotBytes <= roomBytes * SMALL_PART || !lacksTitles(list, held);
  const titles = titlesWithin(isFirst ? roomBytes - snapshotBytes : roomBytes);
  const titlesBytes = titles === undefined ? 0 : titles.length + SECTION_BYTES;
  const hasSnapshot = isFirst || titlesBytes + snapshotBytes <= roomBytes;
  return {
    ...(titles === undefined ? {} : { titles }),
    ...(snapshot !== undefined && hasSnapshot ? { snapshot } : {}),
  };

  function titlesWithin(bytes: number): Uint8Array | undefined {
    return list && fillTitles(list, held, bytes - SECTION_BYTES);
  }
}

/** True where a piece of the list is not held in any version. */
function lacksTitles({ head, pieces }: TitleList, held: HeldTitles | undefined): boolean {
  if (held?.generation !== head.generation) return pieces.size > 0;
  const indices = new Set(held.pieces.map(({ index }) => index));
  return [...pieces.keys()].some((index) => !indices.has(index));
}
