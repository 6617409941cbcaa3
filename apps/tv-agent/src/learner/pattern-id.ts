import type { RandomSource } from '@omega-tv/types';

/** RFC 4648 base32 in lower case: no sign of the published prefix's colon, and easy to read out. */
const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';
const LENGTH = 7;

/**
 * An id that no pattern of this TV has. Drawn, not counted: a TV that lost its store must not use
 * an old id again, for the server remembers how many samples each id had (35 bits of chance).
 */
export function drawPatternId(
  taken: readonly { readonly id: string }[],
  random: RandomSource,
): string {
  let id: string;
  do {
    id = Array.from({ length: LENGTH }, () => ALPHABET[Math.floor(random.next() * 32)]).join('');
  } while (taken.some((pattern) => pattern.id === id));
  return id;
}
