import { isCodecError, type EncodedVectors, type VectorEncoder } from '@omega-tv/embedding-codec';
import { indexOfStep, stepOfIndex } from '@omega-tv/embedding-codec/coding';
import type { Snapshot } from './snapshot.js';

/** The coarsest that the codec has. */
export const COARSEST_STEP = 1;
/** Codings between two steps; sizes are so even that the second is near as a rule. */
const MAX_TRIES = 4;

interface Fitting {
  readonly encoder: VectorEncoder;
  readonly finest: number | undefined;
  readonly coarsest: number | undefined;
  /** What may be left over of the budget; else the finest that fits is found exactly. */
  readonly spareBytes: number | undefined;
  /** The snapshot at the coarsest step, where it is known to fit. */
  readonly atCoarsest?: Snapshot;
  readonly build: (coded: EncodedVectors) => Snapshot;
  /** By how many bytes a snapshot is too large. */
  readonly overshoot: (snapshot: Snapshot) => number;
}

/** The snapshot at the finest step allowed that fits; undefined where none does. */
export function codeFitting(fitting: Fitting): Snapshot | undefined {
  const { finest, coarsest = COARSEST_STEP, spareBytes, atCoarsest } = fitting;
  if (finest === undefined) return codeFinest(fitting, 0, codeAt(fitting, indexOfStep(coarsest)));
  const [high, low] = [indexOfStep(Math.min(finest, coarsest)), indexOfStep(coarsest)];
  const tooLarge = codeAt(fitting, high);
  if (tooLarge.excess <= 0) return tooLarge.snapshot;
  if (high <= low) return undefined;
  if (spareBytes === undefined) return codeFinest(fitting, finest, tooLarge);
  const fits =
    atCoarsest === undefined
      ? codeAt(fitting, low)
      : { index: low, snapshot: atCoarsest, excess: fitting.overshoot(atCoarsest) };
  return fits.excess <= 0 ? codeBetween(fitting, spareBytes, fits, tooLarge) : undefined;
}

/** A step on the codec's grid, and what it makes. */
interface Tried {
  readonly index: number;
  readonly snapshot: Snapshot;
  readonly excess: number;
}

/** With the bytes of what was coded. */
interface Coded extends Tried {
  readonly bytes: number;
}

function codeAt({ encoder, build, overshoot }: Fitting, index: number): Coded {
  const coded = encoder.encode({ step: stepOfIndex(index) });
  const snapshot = build(coded);
  return { index, snapshot, excess: overshoot(snapshot), bytes: coded.bytes.length };
}

/** Sizes grow evenly with the index of a step, which is its logarithm. */
function codeBetween(fitting: Fitting, left: number, coarse: Tried, fine: Tried): Snapshot {
  let [fits, tooLarge] = [coarse, fine];
  for (let tries = 0; tries < MAX_TRIES && fits.excess < -left; tries += 1) {
    if (tooLarge.index - fits.index <= 1) break;
    const share = (-left / 2 - fits.excess) / (tooLarge.excess - fits.excess);
    const aim = Math.floor(fits.index + share * (tooLarge.index - fits.index));
    const index = Math.min(Math.max(aim, fits.index + 1), tooLarge.index - 1);
    const tried = codeAt(fitting, index);
    if (tried.excess <= 0) fits = tried;
    else tooLarge = tried;
  }
  return fits.snapshot;
}

/** @param tried tells what all but the embeddings take. */
function codeFinest(fitting: Fitting, finest: number, tried: Coded): Snapshot | undefined {
  const { encoder, build, overshoot, coarsest = COARSEST_STEP } = fitting;
  let { excess } = tried;
  let near: { near?: number } = {};
  // Headers differ by a few bits with what they hold: what fits is known when it is built.
  for (let room = tried.bytes - excess; room > 0; room -= excess) {
    let coded: EncodedVectors;
    try {
      coded = encoder.encode({ budgetBytes: room, ...near });
      near = { near: coded.step };
    } catch (error) {
      if (isCodecError(error, 'budget-too-small')) return undefined;
      throw error;
    }
    if (coded.step < finest || coded.step > coarsest) return undefined;
    const snapshot = build(coded);
    excess = overshoot(snapshot);
    if (excess <= 0) return snapshot;
  }
  return undefined;
}
