import type { CodecRate, EncodedVectors, EncodeOptions } from './embedding-codec.js';
import { isCodecError } from './errors.js';
import type { CodedMessage } from './message-encoder.js';
import type { PreparedVector } from './prepare-vector.js';
import type { PreparedVectors } from './prepared-vectors.js';
import {
  coarsestThatServes,
  finestThatFits,
  unbiasedFit,
  type Choice,
  type EncodeAt,
} from './rate-control.js';
import { indexOfStep, stepOfIndex } from './step-grid.js';

type OnTry = EncodeOptions['onTry'];
type EncoderOf = (some: readonly PreparedVector[]) => EncodeAt;

const SEEDS = 0x100000000;
/** Of a message of many vectors, about so many find the step to start from. */
const PILOT_VECTORS = 32;
/** Of about 64 bytes a vector. */
const TYPICAL_STEP_INDEX = 1367;

/** Codes the first `count` vectors with least error. */
export function encodeDownload(
  prepared: PreparedVectors,
  rate: CodecRate,
  count: number,
  onTry?: OnTry,
): EncodedVectors {
  const vectors = prepared.first(count);
  const encodeAll = heard((stepIndex) => prepared.encodeFirst(count, stepIndex), onTry);
  const encoderOf: EncoderOf = (some) =>
    some === vectors ? encodeAll : (stepIndex) => prepared.encode(some, stepIndex, 0);
  return prepared.toResult(atRate(rate, vectors, encoderOf, minCosineOf(prepared)));
}

/** Codes all vectors unbiased, with a dither of their own. */
export function encodeUpload(
  prepared: PreparedVectors,
  rate: CodecRate,
  random: { next(): number },
  onTry?: OnTry,
): EncodedVectors {
  const vectors = prepared.first(prepared.length);
  const drawEncoder = (): EncoderOf => {
    const seed = Math.floor(random.next() * SEEDS) >>> 0;
    return (some) => {
      const encodeAt: EncodeAt = (stepIndex) => prepared.encode(some, stepIndex, seed);
      return some === vectors ? heard(encodeAt, onTry) : encodeAt;
    };
  };
  const encoderOf = drawEncoder();
  if (!('budgetBytes' in rate)) {
    return prepared.toResult(atRate(rate, vectors, encoderOf, minCosineOf(prepared)));
  }
  // The step that serves another draw of the dither; 0 where none does.
  const pilot = zeroWhereTooSmall(() => atRate(rate, vectors, drawEncoder(), () => 1)[0]);
  const { length } = vectors;
  return prepared.toResult(unbiasedFit(rate.budgetBytes, encoderOf(vectors), pilot, length));
}

function heard(encodeAt: EncodeAt, onTry: OnTry): EncodeAt {
  return (stepIndex) => {
    const coded = encodeAt(stepIndex);
    onTry?.(coded.bytes.length, stepOfIndex(stepIndex));
    return coded;
  };
}

function minCosineOf(prepared: PreparedVectors): (message: CodedMessage) => number {
  return (message) => prepared.cosines(message).reduce((least, one) => Math.min(least, one), 1);
}

function atRate(
  rate: CodecRate,
  vectors: readonly PreparedVector[],
  encoderOf: EncoderOf,
  minCosine: (message: CodedMessage) => number,
): Choice {
  const encodeAt = encoderOf(vectors);
  if ('step' in rate) {
    const index = indexOfStep(rate.step);
    return [index, encodeAt(index)];
  }
  if ('minCosine' in rate) {
    return coarsestThatServes(encodeAt, (coded) => minCosine(coded) >= rate.minCosine);
  }
  const guess = rate.near === undefined ? guessStep(rate.budgetBytes) : indexOfStep(rate.near);
  return finestThatFits(encodeAt, rate.budgetBytes, guess);

  /** The step that serves a few of many vectors will nearly serve all. */
  function guessStep(budgetBytes: number): number {
    if (vectors.length < 2 * PILOT_VECTORS) return TYPICAL_STEP_INDEX;
    const stride = Math.floor(vectors.length / PILOT_VECTORS);
    const pilot = vectors.filter((_, i) => i % stride === 0);
    const share = Math.floor((budgetBytes * pilot.length) / vectors.length);
    return zeroWhereTooSmall(() => finestThatFits(encoderOf(pilot), share, TYPICAL_STEP_INDEX)[0]);
  }
}

function zeroWhereTooSmall(findStep: () => number): number {
  try {
    return findStep();
  } catch (error) {
    if (isCodecError(error, 'budget-too-small')) return 0;
    throw error;
  }
}
