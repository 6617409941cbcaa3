import type { TrellisCode } from './trellis.js';

/** Which vectors a codebook is for. Vectors of two spaces have nothing to do with each other. */
export interface VectorSpace {
  /** Such as `sentence-transformers/all-MiniLM-L6-v2`. */
  readonly model: string;
  readonly revision: string;
  /** The number format that the model ran in, such as `float32`. */
  readonly dtype: string;
  /** How texts were made before they were embedded. */
  readonly recipe: string;
  readonly dimension: number;
}

/** What the quantiser of one parity and class of sigma/step sends, and what it means. */
export interface SymbolTable {
  /** Share of each symbol k = -maxSymbol .. maxSymbol, out of 2^15; each is at least 1. */
  readonly frequencies: Uint16Array;
  /** What symbol k stands for, in fine steps. */
  readonly centroids: Float64Array;
}

/** Everything that a coder of one space shares with its decoder. Made by tools/codebook. */
export interface Codebook {
  /** The first 64 bits of the SHA-256 of the file, in hexadecimal. */
  readonly id: string;
  readonly space: VectorSpace;
  /** Row k holds axis k of the Karhunen-Loeve transform: dimension x dimension. */
  readonly basis: Float32Array;
  /** Variance of the residual along each axis; falling. */
  readonly variances: Float64Array;
  /** Class means in coordinates of the transform: classes x dimension. */
  readonly classMeans: Float32Array;
  /** Share of each class, out of 2^15; each is at least 1. */
  readonly classFrequencies: Uint16Array;
  readonly trellis: TrellisCode;
  /** (fine step)^2 / (3 D) of the dithered quantiser: the trellis's gain over a scalar one. */
  readonly ditherGain: number;
  /** Symbols of the tables go from -maxSymbol to maxSymbol. */
  readonly maxSymbol: number;
  /** Tables [quantiser][class of sigma/step]. */
  readonly tables: readonly (readonly SymbolTable[])[];
  /** Normal distribution function less 1/2 at i/128 sigma, i = 0 .. 1024, times 2^24. */
  readonly normal: Uint32Array;
}

/** Classes of sigma/step are quarter octaves; this one is sigma = step. */
export const CENTRAL_CLASS = 16;
/** Centroids are stored in 1/512 of the fine step. */
export const CENTROIDS_PER_STEP = 512;
/** The dither's gain is stored in 1/4096. */
export const GAIN_ONE = 4096;
/** Grid of the normal distribution's table: points a sigma, and the last sigma. */
export const NORMAL_PER_SIGMA = 128;
export const NORMAL_SIGMAS = 8;
export const NORMAL_ONE = 0x1000000;
export const CODEBOOK_MAGIC = 'OTVC';
export const CODEBOOK_VERSION = 1;
