import { CodecError } from './errors.js';
import type { CodedMessage } from './message-encoder.js';
import { STEP_COUNT } from './step-grid.js';

type EncodeAt = (stepIndex: number) => CodedMessage;
type Choice = readonly [stepIndex: number, message: CodedMessage];

/**
 * The finest step whose real size fits: bisected, after a gallop away from the guess.
 * @throws CodecError `budget-too-small` where the coarsest does not fit.
 */
export function finestThatFits(encodeAt: EncodeAt, budgetBytes: number, guess: number): Choice {
  let best: Choice | undefined;
  let [fitting, tooLarge] = [-1, STEP_COUNT];
  const visit = (index: number): void => {
    const message = encodeAt(index);
    if (message.bytes.length <= budgetBytes) {
      fitting = index;
      best = [index, message];
    } else {
      tooLarge = index;
    }
  };
  visit(guess);
  for (let stride = 4; fitting < 0 && tooLarge > 0; stride *= 4) {
    visit(Math.max(0, tooLarge - stride));
  }
  for (let stride = 4; tooLarge === STEP_COUNT && fitting < STEP_COUNT - 1; stride *= 4) {
    visit(Math.min(STEP_COUNT - 1, fitting + stride));
  }
  while (tooLarge - fitting > 1) visit((fitting + tooLarge) >> 1);
  if (best === undefined) {
    throw new CodecError(
      'budget-too-small',
      `Even at the coarsest step the vectors take more than the budget of ${budgetBytes} bytes.`,
    );
  }
  return best;
}

/**
 * Bisects to the coarsest step that serves.
 * @throws CodecError `invalid-option` where the finest does not.
 */
export function coarsestThatServes(
  encodeAt: EncodeAt,
  serves: (message: CodedMessage) => boolean,
): Choice {
  const finest = STEP_COUNT - 1;
  let best: Choice = [finest, encodeAt(finest)];
  if (!serves(best[1])) {
    throw new CodecError(
      'invalid-option',
      'No step is fine enough for the lowest cosine asked for.',
    );
  }
  let [failing, serving] = [-1, finest];
  while (serving - failing > 1) {
    const index = (failing + serving) >> 1;
    const message = encodeAt(index);
    if (serves(message)) {
      serving = index;
      best = [index, message];
    } else {
      failing = index;
    }
  }
  return best;
}

/** Grid steps that keep one vector's size from passing the budget by the luck of its dither. */
const MARGIN_STEPS = 24;

/**
 * A step for a dithered message. The size depends on the dither, so the finest step that fits
 * would be a choice by the dither, and would bias what is decoded (3 % of the error of one vector
 * alone, measured). The step of another draw less a margin is none, but for the few that miss.
 * @throws CodecError `budget-too-small` where the coarsest does not fit.
 */
export function unbiasedFit(
  budgetBytes: number,
  encodeAt: EncodeAt,
  pilotIndex: number,
  vectors: number,
): Choice {
  const margin = Math.ceil(MARGIN_STEPS / Math.sqrt(Math.max(1, vectors)));
  let index = Math.max(0, pilotIndex - margin);
  for (let stride = margin; ; stride *= 2) {
    const message = encodeAt(index);
    if (message.bytes.length <= budgetBytes) return [index, message];
    if (index === 0) {
      throw new CodecError(
        'budget-too-small',
        `The vectors take at least ${message.bytes.length} bytes; the budget is ${budgetBytes}.`,
      );
    }
    index = Math.max(0, index - stride);
  }
}
