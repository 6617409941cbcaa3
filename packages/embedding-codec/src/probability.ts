/** Frequencies are out of 2^15, so that 32-bit ranges divide them well. */
export const PROBABILITY_BITS = 15;
export const PROBABILITY_ONE = 0x8000;
