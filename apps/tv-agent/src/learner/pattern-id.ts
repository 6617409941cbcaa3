import type { RandomSource } from '@omega-tv/types';

/** RFC 4648 base32 in lower case: no sign of the published prefix's colon, and easy to read out. */
const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';
const LENGTH = 7;
const NUMBERED = /^(.+)-(\d+)$/;

/**
 * An id that no pattern of this TV has: letters that were drawn once, and a number. Drawn, since a
 * TV that lost its store must not use an old id again, for the server remembers how many samples
 * each id had (35 bits of chance); numbered, since a frame then names the letters once.
 */
export function drawPatternId(
  taken: readonly { readonly id: string }[],
  random: RandomSource,
): string {
  const numbers = taken.map(({ id }) => Number(NUMBERED.exec(id)?.[2] ?? 0));
  const [, known] = NUMBERED.exec(taken[0]?.id ?? '') ?? [];
  const letters = known ?? drawLetters(random);
  return `${letters}-${numbers.reduce((most, number) => Math.max(most, number), 0) + 1}`;
}

function drawLetters(random: RandomSource): string {
  return Array.from({ length: LENGTH }, () => ALPHABET[Math.floor(random.next() * 32)]).join('');
}
