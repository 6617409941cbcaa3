/** Steps of a half-life: decay goes in whole steps, so that no transcendental is needed. */
const STEPS_PER_HALF_LIFE = 512;
/** 2^(-1/512) as nine square roots: IEEE 754 rounds sqrt alike on every engine. */
const STEP_FACTOR = repeatedRoot(0.5, 9);
/** Below the smallest double, 2^-1074, nothing is left. */
const MAX_HALVINGS = 1100;
/** 9999-12-31T23:59:59.999Z, the last instant that RFC 3339 can name. */
const MAX_TIME_MS = 253_402_300_799_999;

/** An instant that can be computed with and printed; what is no number counts as 0. Unix ms. */
export function toTimeMs(ms: number): number {
  return ms > 0 ? Math.min(ms, MAX_TIME_MS) : 0;
}

/** The whole steps from the epoch to `timeMs`, one grid for all records of one half-life. */
export function toDecayStep(timeMs: number, halfLifeMs: number): number {
  return Math.floor((toTimeMs(timeMs) / halfLifeMs) * STEPS_PER_HALF_LIFE);
}

/**
 * What remains after a number of steps: 2^(-steps/512), in (0, 1]; 0 after 1,100 half-lives.
 * A clock that went back (negative steps) decays nothing and lets nothing grow.
 */
export function decayFactor(steps: number): number {
  if (steps <= 0) return 1;
  const halvings = Math.floor(steps / STEPS_PER_HALF_LIFE);
  if (halvings > MAX_HALVINGS) return 0;
  return power(0.5, halvings) * power(STEP_FACTOR, steps % STEPS_PER_HALF_LIFE);
}

/** Exponentiation by squaring. */
function power(base: number, exponent: number): number {
  let result = 1;
  let square = base;
  for (let rest = exponent; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result *= square;
    square *= square;
  }
  return result;
}

function repeatedRoot(value: number, times: number): number {
  return times === 0 ? value : repeatedRoot(Math.sqrt(value), times - 1);
}
