import type { HeldTitles } from '@omega-tv/types';
import { encodeHead } from './head-coding.js';
import { encodedPiece } from './piece-encodings.js';
import { countOf } from './publish-titles.js';
import type { ListedTitle, TitleList, TitlePiece } from './title-list.js';
import { writeTitlesSection } from './titles-section.js';

/** A title that only changed is worth this part of one that was not there at all. */
const WORTH_OF_CHANGE = 0.2;
/** The length before a part of the section takes at most so many bytes. */
const LENGTH_BYTES = 2;

/** A part of the list that a TV lacks, ready to be sent. */
interface Offer {
  readonly bytes: Uint8Array;
  readonly index: number;
  /** Completions of what it brings, a byte. */
  readonly worth: number;
}

/**
 * What an answer brings of the list: of the pieces that the TV lacks, or holds an older version of,
 * those whose titles are completed most often, a byte; as many as fit. The pieces are the same for
 * all TVs.
 * @param held what the TV said that it holds; undefined for nothing.
 * @param budgetBytes of the section's payload, never exceeded.
 * @returns the payload; undefined where nothing is lacking or nothing fits.
 */
export function fillTitles(
  list: TitleList,
  held: HeldTitles | undefined,
  budgetBytes: number,
): Uint8Array | undefined {
  const current = held?.generation === list.head.generation ? held : undefined;
  const lacksHead = current?.head !== list.head.version;
  const headBytes = lacksHead ? encodeHead(list.head).length : 0;
  let left = budgetBytes - LENGTH_BYTES - headBytes;
  if (left < 0) return undefined;
  const chosen: Offer[] = [];
  for (const offer of offersOf(list, current)) {
    if (offer.bytes.length + LENGTH_BYTES > left) continue;
    left -= offer.bytes.length + LENGTH_BYTES;
    chosen.push(offer);
  }
  if (!lacksHead && chosen.length === 0) return undefined;
  const pieces = chosen.sort((a, b) => a.index - b.index).map(({ bytes }) => bytes);
  return writeTitlesSection({ ...(lacksHead ? { head: list.head } : {}), pieces });
}

/** The most worth a byte first. */
function offersOf(list: TitleList, held: HeldTitles | undefined): readonly Offer[] {
  const versions = new Map(held?.pieces.map(({ index, version }) => [index, version]));
  const offers: Offer[] = [];
  for (const piece of list.pieces.values()) {
    const version = versions.get(piece.index);
    if (version !== piece.version) offers.push(offerOf(list, piece, version));
  }
  return offers.sort((a, b) => b.worth - a.worth || a.index - b.index);
}

function offerOf(list: TitleList, piece: TitlePiece, version: number | undefined): Offer {
  const { index } = piece;
  const base = list.history.get(index)?.find((older) => older.version === version);
  const whole = encodedPiece(piece);
  const diff = base === undefined ? whole : encodedPiece(piece, base);
  const bytes = diff.length < whole.length ? diff : whole;
  const old = new Set(base?.titles);
  const fresh = piece.titles.filter((title) => !old.has(title));
  const factor = version === undefined ? 1 : WORTH_OF_CHANGE;
  return { bytes, index, worth: (factor * completions(fresh)) / bytes.length };
}

function completions(titles: readonly ListedTitle[]): number {
  return titles.reduce((sum, title) => sum + 1 + countOf(title), 0);
}
