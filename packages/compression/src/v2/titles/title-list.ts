import { TITLE_HASH_BITS } from './title-hash.js';

/** A title as all sides hold it: what every one of its frames decodes to. */
export interface ListedTitle {
  /** See `toTitleHash`. */
  readonly hash: number;
  /** In quarters of an octave: completions are 2^(countLevel / 4) - 1. */
  readonly countLevel: number;
  /** Coordinates in whole steps of the list. */
  readonly steps: Int8Array;
}

/** A part of the list that never changes under its index and version. */
export interface TitlePiece {
  readonly generation: number;
  /** 0 to 31: level and part, see `pieceIndex`. */
  readonly index: number;
  /** Of the list in which it last changed. */
  readonly version: number;
  /** By rising hash. */
  readonly titles: readonly ListedTitle[];
}

/** What a TV needs beside the pieces. */
export interface TitleHead {
  readonly generation: number;
  /** Of the list in which it last changed. */
  readonly version: number;
  /** How many titles the list had in that version; a TV may hold only some of them. */
  readonly titles: number;
  /** A coordinate is its whole steps times this. */
  readonly step: number;
  /** The ridge of viewers along each axis, as exponents of 2^(1/4). */
  readonly weightExponents: Int8Array;
  readonly scoring: number;
  /** The mean viewer of each history class in eighths, where the scoring needs it. */
  readonly meanViewers: readonly Int8Array[];
}

/** All titles that a server publishes in one stream. */
export interface TitleList {
  readonly version: number;
  readonly head: TitleHead;
  /** By index. */
  readonly pieces: ReadonlyMap<number, TitlePiece>;
  /** Versions of each piece that a TV may still hold, newest first, the current one included. */
  readonly history: ReadonlyMap<number, readonly TitlePiece[]>;
}

const LEVELS = 6;
const TITLES_OF_PIECE = 64;
/**
 * Most completed titles come first, by levels: one of 64 titles, then each as long as all before it,
 * so that what an answer has no room for are the least completed titles of those that it begins. A
 * level is cut into pieces of 64 titles, by the leading bits of their hashes.
 */
export const PIECES = 2 ** (LEVELS - 1);
/** Titles that a list has room for. */
export const MAX_TITLES = PIECES * TITLES_OF_PIECE;
/** A level may have grown by titles that stay for a while, and hashes are uneven. */
export const MAX_TITLES_OF_PIECE = 512;

/** What a step is of the deviation of all coordinates, when a generation begins. */
export const STEP_OF_DEVIATION = 0.25;
export const MEAN_VIEWER_STEP = 1 / 8;
/** Steps of a coordinate, at most. */
export const MAX_STEPS = 127;
/** 2^(255/4) completions: more than there are people. */
export const MAX_COUNT_LEVEL = 255;

/** Pieces of a level: 1, 1, 2, 4, 8, 16. */
export function partsOf(level: number): number {
  return 2 ** Math.max(0, level - 1);
}

/** The ranks of a level: from the first up to, but without, the end. */
export function ranksOf(level: number): { readonly first: number; readonly end: number } {
  const length = TITLES_OF_PIECE * partsOf(level);
  return level === 0 ? { first: 0, end: length } : { first: length, end: 2 * length };
}

/** The level that a rank belongs to. */
export function levelOf(rank: number): number {
  let level = 0;
  while (rank >= ranksOf(level).end) level += 1;
  return level;
}

/** Pieces of all levels are numbered through: a level's first one is as many as come before it. */
export function pieceIndex(level: number, hash: number): number {
  const parts = partsOf(level);
  return level === 0 ? 0 : parts + Math.floor((hash * parts) / 2 ** TITLE_HASH_BITS);
}

/** Where a piece stands. */
export function placeOf(index: number): { readonly level: number; readonly part: number } {
  let level = 0;
  while (index >= 2 ** level) level += 1;
  return { level, part: index === 0 ? 0 : index - partsOf(level) };
}

export function countTitles(pieces: Iterable<TitlePiece>): number {
  let count = 0;
  for (const { titles } of pieces) count += titles.length;
  return count;
}
