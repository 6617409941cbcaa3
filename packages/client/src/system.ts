import type { Clock, RandomSource } from '@omega-tv/types';

/** The clock and the chance of the machine; everything else takes its own. */
export const systemClock: Clock = { nowMs: Date.now };
export const systemRandom: RandomSource = { next: Math.random };
