import type { HeldTitles } from '@omega-tv/types';
import { malformed } from '../malformed.js';
import { decodePiece, readPieceLabel } from './piece-frame.js';
import { countOf } from './publish-titles.js';
import { quarterPower } from './quarter-powers.js';
import {
  countTitles,
  MEAN_VIEWER_STEP,
  type ListedTitle,
  type TitleHead,
  type TitlePiece,
} from './title-list.js';
import { readTitlesSection } from './titles-section.js';

/** What a TV holds of a server's list, in one generation. */
export interface HeldGeneration {
  readonly head: TitleHead;
  /** By index. */
  readonly pieces: ReadonlyMap<number, TitlePiece>;
}

/** What a TV holds. Plain data, to be stored as it is. */
export interface TitleHoldings {
  /** What it computes with. */
  readonly current?: HeldGeneration;
  /** The next generation, while it arrives. */
  readonly next?: HeldGeneration;
}

/** What a TV says that it holds, so that it gets the rest. */
export function heldTitles({ current, next }: TitleHoldings): HeldTitles | undefined {
  const latest = next ?? current;
  if (latest === undefined) return undefined;
  const pieces = [...latest.pieces.values()]
    .map(({ index, version }) => ({ index, version }))
    .sort((a, b) => a.index - b.index);
  return { generation: latest.head.generation, head: latest.head.version, pieces };
}

/**
 * Takes in the titles section of an answer. A new generation is computed with once it has half as
 * many titles as the one before.
 * @throws SyncError `compression` for what is no such section, or does not fit what is held.
 */
export function receiveTitles(holdings: TitleHoldings, payload: Uint8Array): TitleHoldings {
  const { head, pieces } = readTitlesSection(payload);
  const latest = holdings.next ?? holdings.current;
  const isNew = head !== undefined && head.generation !== latest?.head.generation;
  const used = head ?? latest?.head;
  if (used === undefined) throw malformed('titles: pieces without a head');
  const known = new Map(isNew ? [] : latest?.pieces);
  for (const bytes of pieces) {
    const label = readPieceLabel(bytes);
    if (label.generation !== used.generation) throw malformed('piece: of another generation');
    known.set(label.index, decodePiece(bytes, known.get(label.index)));
  }
  const generation = { head: used, pieces: known };
  const { current } = holdings;
  if (current === undefined || current.head.generation === used.generation) {
    return { current: generation };
  }
  return countTitles(generation.pieces.values()) * 2 >= countTitles(current.pieces.values())
    ? { current: generation }
    : { current, next: generation };
}

/** A title as a TV computes with it. */
export interface HeldTitle {
  /** See `toTitleHash`. */
  readonly hash: number;
  readonly count: number;
  readonly coordinates: Float64Array;
}

/** The titles of a piece, or of several. */
export function titlesOf(head: TitleHead, piece: TitlePiece): readonly HeldTitle[] {
  return piece.titles.map((title) => toHeldTitle(head, title));
}

function toHeldTitle({ step }: TitleHead, title: ListedTitle): HeldTitle {
  const coordinates = Float64Array.from(title.steps, (steps) => steps * step);
  return { hash: title.hash, count: countOf(title), coordinates };
}

/** The ridge of viewers along each axis. */
export function weightsOf({ weightExponents }: TitleHead): Float64Array {
  return Float64Array.from(weightExponents, quarterPower);
}

/** The mean viewer of each history class; none where the scoring does not need them. */
export function meanViewersOf({ meanViewers }: TitleHead): readonly Float64Array[] {
  return meanViewers.map((mean) => Float64Array.from(mean, (value) => value * MEAN_VIEWER_STEP));
}
