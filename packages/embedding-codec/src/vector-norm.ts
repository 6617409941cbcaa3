import { CodecError } from './errors.js';
import { NormKind } from './message-format.js';
import type { RangeDecoder } from './range-decoder.js';
import type { RangeEncoder } from './range-encoder.js';
import { decodeUniform, encodeUniform } from './symbols.js';

/** Vectors this near to unit length count as such. */
const UNIT_TOLERANCE = 1 / 1024;
const MANTISSAS = 64;
/** Exponents of near lengths: 1/8 to 2. */
const NEAR = { first: -3, count: 4 } as const;
/** Of all others; 32-bit floats of any dimension lie within. */
const FAR = { first: -192, count: 384 } as const;

/** A vector's length as it is sent: mantissa (1 to 2, in 64 steps) times 2^exponent. */
export interface VectorNorm {
  readonly kind: number;
  readonly exponent: number;
  readonly mantissa: number;
}

const UNIT: VectorNorm = { kind: NormKind.unit, exponent: 0, mantissa: 0 };
const ZERO: VectorNorm = { kind: NormKind.zero, exponent: 0, mantissa: 0 };

/**
 * Measures a vector.
 * @throws CodecError `invalid-vector` for NaN, infinity or a wrong dimension.
 */
export function measureNorm(vector: ArrayLike<number>, dimension: number): VectorNorm {
  if (vector.length !== dimension) {
    throw new CodecError(
      'invalid-vector',
      `A vector has ${vector.length} coordinates; the codebook is for ${dimension}.`,
    );
  }
  let square = 0;
  for (let i = 0; i < dimension; i += 1) square += (vector[i] ?? 0) * (vector[i] ?? 0);
  const length = Math.sqrt(square);
  if (!(length < 1e57)) {
    throw new CodecError(
      'invalid-vector',
      'A vector holds NaN, infinity or numbers outside the range of 32-bit floats.',
    );
  }
  if (Math.abs(length - 1) <= UNIT_TOLERANCE) return UNIT;
  if (length < 1e-57) return ZERO;
  let [exponent, mantissa] = [0, length];
  for (; mantissa >= 2; exponent += 1) mantissa /= 2;
  for (; mantissa < 1; exponent -= 1) mantissa *= 2;
  const near = exponent >= NEAR.first && exponent < NEAR.first + NEAR.count;
  const kind = near ? NormKind.near : NormKind.far;
  return { kind, exponent, mantissa: Math.floor((mantissa - 1) * MANTISSAS) };
}

/** The length that the decoder sees. */
export function normValue({ kind, exponent, mantissa }: VectorNorm): number {
  if (kind === NormKind.unit) return 1;
  if (kind === NormKind.zero) return 0;
  let value = 1 + (mantissa + 0.5) / MANTISSAS;
  for (let i = 0; i < exponent; i += 1) value *= 2;
  for (let i = 0; i > exponent; i -= 1) value /= 2;
  return value;
}

/** Writes what follows the kind. */
export function encodeNorm(coder: RangeEncoder, { kind, exponent, mantissa }: VectorNorm): void {
  if (kind === NormKind.unit || kind === NormKind.zero) return;
  const { first, count } = kind === NormKind.near ? NEAR : FAR;
  encodeUniform(coder, exponent - first, count);
  encodeUniform(coder, mantissa, MANTISSAS);
}

/** Reads what follows the kind. */
export function decodeNorm(coder: RangeDecoder, kind: number): VectorNorm {
  if (kind === NormKind.unit) return UNIT;
  if (kind === NormKind.zero) return ZERO;
  const { first, count } = kind === NormKind.near ? NEAR : FAR;
  const exponent = first + decodeUniform(coder, count);
  return { kind, exponent, mantissa: decodeUniform(coder, MANTISSAS) };
}
