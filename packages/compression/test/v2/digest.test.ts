import { describe, expect, it } from '@jest/globals';
import { digestDelta, openDeltaFrame } from '../../src/index.js';
import { encodeDeltaFrame } from '../../src/v2/frames/delta-frame.js';
import { codec, codecs, createRandom, deltaOf, pattern, patterns } from './support.js';

const delta = deltaOf([{ ...pattern(0), newSamples: 3 }], {
  position: { deviceEpoch: 7, seq: 1 },
  engagements: [{ contentId: 'imdb:tt0095016', count: 2, completed: true }],
});
const digest = digestDelta(delta);

describe('the digest of a delta', () => {
  it('is the same for each coding, and for whoever has not read the embeddings (rule 11.18)', () => {
    for (const [seed, step] of [
      [1, 0.03],
      [2, 0.3],
    ] as const) {
      const rate = { budgetBytes: 16_384, step };
      const { bytes } = encodeDeltaFrame(codec, delta, { rate, random: createRandom(seed) });
      expect(digestDelta(openDeltaFrame(codecs, bytes).outline)).toBe(digest);
    }
  });

  it('is the same whatever the TV can do, and wherever the delta stands (rule 11.18)', () => {
    const { position: _, ...unplaced } = delta;
    expect(digestDelta({ ...unplaced, ...{ capabilities: ['positions'] } })).toBe(digest);
  });

  it.each([
    ['new samples', { patterns: [{ ...pattern(0), newSamples: 4 }] }],
    ['patterns', { patterns: patterns(2) }],
    ['engagements', { engagements: [] }],
    ['the kind of taste', { taste: { kind: 'sketch', coordinates: new Float32Array(16) } }],
  ] as const)('is another one with other %s (rule 11.18)', (_, change) => {
    expect(digestDelta({ ...delta, ...change })).not.toBe(digest);
  });
});
