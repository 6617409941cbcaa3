import { sha256 } from '@omega-tv/embedding-codec/coding';

export const TITLE_HASH_BITS = 32;

/**
 * How a list of titles names one: the first 32 bits of the SHA-256 of the content id's UTF-8, as a
 * number. Of 2,000 listed titles that a TV cannot play, one is taken for another of its 100,000 in
 * one TV of 20; sixteen bits more would cost two bytes a title, a fifth of all.
 */
export function toTitleHash(contentId: string): number {
  const digest = sha256(new TextEncoder().encode(contentId));
  return new DataView(digest.buffer, digest.byteOffset).getUint32(0);
}
