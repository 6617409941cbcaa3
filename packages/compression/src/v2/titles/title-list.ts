/** A title as all sides hold it: what every one of its frames decodes to. */
export interface ListedTitle {
  /** The first 48 bits of the SHA-256 of the content id, as a number. */
  readonly hash: number;
  /** In quarters of an octave: completions are 2^(countLevel / 4) - 1. */
  readonly countLevel: number;
  /** Coordinates in whole steps of the list. */
  readonly steps: Int8Array;
}

/** A part of the list that never changes under its index and version. */
export interface TitlePiece {
  readonly generation: number;
  /** 0 to 31: level and part, see `PIECE_LAYOUT`. */
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

/** Most completed titles come first, by levels; within one, the leading bits of the hash decide. */
export const PIECE_LAYOUT = {
  titlesPerLevel: 512,
  levels: 4,
  partBits: 3,
  /** Of a piece: its level may have grown by titles that stay for a while. */
  maxTitles: 512,
} as const;

export const PIECES = PIECE_LAYOUT.levels * 2 ** PIECE_LAYOUT.partBits;
export const HASH_BITS = 48;

/** What a step is of the deviation of all coordinates, when a generation begins. */
export const STEP_OF_DEVIATION = 0.25;
export const MEAN_VIEWER_STEP = 1 / 8;
/** Steps of a coordinate, at most. */
export const MAX_STEPS = 127;
/** 2^(255/4) completions: more than there are people. */
export const MAX_COUNT_LEVEL = 255;

export function pieceIndex(level: number, hash: number): number {
  const part = Math.floor(hash / 2 ** (HASH_BITS - PIECE_LAYOUT.partBits));
  return level * 2 ** PIECE_LAYOUT.partBits + part;
}
