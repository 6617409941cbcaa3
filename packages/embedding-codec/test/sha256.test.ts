import { createHash } from 'node:crypto';
import { expect, it } from '@jest/globals';
import { sha256 } from '../src/coding/index.js';
import { createRandom } from './support.js';

it('is SHA-256 at every length of the last block', () => {
  const random = createRandom(3);
  for (let length = 0; length < 200; length += 1) {
    const bytes = Uint8Array.from({ length }, () => Math.floor(256 * random.next()));
    const expected = createHash('sha256').update(bytes).digest();
    expect(Buffer.compare(sha256(bytes), expected)).toBe(0);
  }
});

it('leaves what it returned before alone', () => {
  const first = sha256(new Uint8Array(3));
  const copy = first.slice();
  sha256(new Uint8Array(100));
  expect(first).toEqual(copy);
});
