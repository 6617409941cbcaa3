import type { Clock, RandomSource } from './ports.js';

/** The machine's clocks: what every package takes where no clock is passed in. */
export const systemClock: Clock = { nowMs: Date.now, monotonicMs: () => performance.now() };

/**
 * Milliseconds of the clock that never jumps, for durations; where a clock has none of its own, the
 * machine's.
 */
export function monotonicMs(clock: Clock): number {
  return clock.monotonicMs?.() ?? performance.now();
}

/**
 * The machine's chance: what every package takes where no source is passed in. From the Web
 * Crypto API where the engine has it, for TVs whose chance is seeded alike share their errors.
 */
export const systemRandom: RandomSource = {
  next: () =>
    typeof crypto === 'undefined'
      ? Math.random()
      : (crypto.getRandomValues(new Uint32Array(1))[0] ?? 0) / 2 ** 32,
};
