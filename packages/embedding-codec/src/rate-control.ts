import { CodecError } from './errors.js';
import type { CodedMessage } from './message-encoder.js';
import { STEP_COUNT } from './step-grid.js';

export type EncodeAt = (stepIndex: number) => CodedMessage;
export type Choice = readonly [stepIndex: number, message: CodedMessage];

/** A message of many vectors gets longer by about this share with each step of the grid, measured. */
const TYPICAL_GROWTH = 0.003;
/** How much further each step goes that looks for a size on the other side of the budget. */
const REACH = 8;

/** A step that was tried; or one beyond the grid, of which no size is known. */
interface Tried {
  readonly index: number;
  /** About the logarithm of its size as a share of the budget, in what all engines compute alike. */
  readonly excess?: number;
}

/**
 * The finest step whose real size fits: bracketed, then found by the secant of the sizes' logarithms;
 * where that does not halve the bracket, the next try does.
 * @throws CodecError `budget-too-small` where the coarsest does not fit.
 */
export function finestThatFits(encodeAt: EncodeAt, budgetBytes: number, guess: number): Choice {
  let best: Choice | undefined;
  let fitting: Tried = { index: -1 };
  let tooLarge: Tried = { index: STEP_COUNT };
  let reach = 1;
  let mayHalve = false;
  for (let next = guess; ;) {
    const left = tooLarge.index - fitting.index;
    const message = encodeAt(next);
    const size = message.bytes.length;
    const tried = { index: next, excess: (2 * (size - budgetBytes)) / (size + budgetBytes) };
    if (size <= budgetBytes) [fitting, best] = [tried, [next, message]];
    else tooLarge = tried;
    const [low, high] = [fitting.index, tooLarge.index];
    if (high - low <= 1) break;
    const isSlow = high - low > left / 2;
    let aim = secantOf(fitting, tooLarge);
    if (aim === undefined) {
      aim = next - tried.excess / TYPICAL_GROWTH + (size <= budgetBytes ? reach : -reach);
      reach *= REACH;
    } else if (isSlow && mayHalve) {
      aim = (low + high) / 2;
    }
    mayHalve = isSlow && !mayHalve;
    // An infinite budget has no excess.
    if (Number.isNaN(aim)) aim = (low + high) / 2;
    next = Math.min(Math.max(Math.round(aim), low + 1), high - 1);
  }
  if (best === undefined) {
    throw new CodecError(
      'budget-too-small',
      `Even at the coarsest step the vectors take more than the budget of ${budgetBytes} bytes.`,
    );
  }
  return best;
}

/** Where the size would be the budget; undefined where no size on one side of it is known. */
function secantOf(low: Tried, high: Tried): number | undefined {
  if (low.excess === undefined || high.excess === undefined) return undefined;
  return low.index + ((high.index - low.index) * low.excess) / (low.excess - high.excess);
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
