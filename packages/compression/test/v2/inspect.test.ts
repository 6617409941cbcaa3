import { describe, expect, it } from '@jest/globals';
import {
  decodeSnapshotFrame,
  encodeAnswerFrame,
  encodeBatchFrame,
  encodeDeltaFrame,
  encodeDiffFrame,
  encodeSnapshotFrame,
  inspectFrame,
  type FramePart,
} from '../../src/index.js';
import { realPatterns } from '../support.js';
import { codec, codecs, createRandom, deltaOf, globalsOf, patterns, publish } from './support.js';

const random = createRandom(6);
const rate = { budgetBytes: 16_384, step: 0.02 };
const trends = Array.from({ length: 5 }, (_, i) => ({
  ...{ contentId: `tt${i}`, score: 1 / (i + 1), region: 'DE', genre: 'drama' },
  calculatedAt: '2026-11-22T09:00:00.000Z',
}));
const snapshot = publish(globalsOf(patterns(12), { trends }));
const next = publish(globalsOf(patterns(14), { version: 2 }), { previous: snapshot });
const delta = encodeDeltaFrame(
  codec,
  deltaOf(patterns(3), {
    engagements: [{ contentId: 'tt1', count: 2, completed: true }],
    taste: { kind: 'sketch', coordinates: new Float32Array(16) },
  }),
  { rate, random, base: snapshot },
).bytes;
const diff = encodeDiffFrame(snapshot, next);
const answer = encodeAnswerFrame({
  receipt: { serverEpoch: 'e'.repeat(16), lastSeq: 3, outcome: 'applied', digest: 'd'.repeat(16) },
  window: { minMs: 1000, maxMs: 2000 },
  current: next,
  snapshot: diff,
});

function bitsOf(parts: readonly FramePart[]): number {
  return parts.reduce((sum, { bits }) => sum + bits, 0);
}

function expectSums(part: FramePart): void {
  if (part.parts.length > 0) expect(bitsOf(part.parts)).toBeCloseTo(part.bits, 6);
  part.parts.forEach(expectSums);
}

describe('inspectFrame', () => {
  it.each([
    ['delta', delta],
    ['snapshot', encodeSnapshotFrame(snapshot)],
    ['diff', diff],
    ['batch', encodeBatchFrame([delta, delta])],
    ['answer', answer],
  ] as const)('of a %s: the parts add up to the frame, and to each other', (kind, bytes) => {
    const inspection = inspectFrame(bytes);
    expect(inspection).toMatchObject({ kind, bytes: bytes.length });
    expect(bitsOf(inspection.parts)).toBe(8 * bytes.length);
    inspection.parts.forEach(expectSums);
  });

  it('opens the frames of a batch and of an answer', () => {
    const [nested] = inspectFrame(answer).parts.filter(({ name }) => name === 'frame');
    expect(nested).toMatchObject({ value: 'diff', bits: 8 * diff.length });
    expect(nested?.parts.map(({ name }) => name)).toContain('embeddings');
    const bad = inspectFrame(encodeBatchFrame([delta.slice(1)])).parts[1];
    expect(bad?.value).toMatch(/does not begin with the magic number/);
  });
});

describe('metadata and framing', () => {
  it('take 10 bytes a pattern at most, with short ids', () => {
    const some = realPatterns(10).map((one) => ({ ...one, newSamples: 10 }));
    const { bytes } = encodeDeltaFrame(codec, deltaOf(some), { rate, random });
    const embeddings = inspectFrame(bytes).parts.find(({ name }) => name === 'embeddings');
    expect(bytes.length - embeddings!.bits / 8).toBeLessThanOrEqual(10 * some.length);
  });

  it('take 10 bytes a pattern at most in a snapshot', () => {
    const published = publish(globalsOf(realPatterns(50)));
    const bytes = encodeSnapshotFrame(published);
    expect(decodeSnapshotFrame(codecs, bytes).patterns).toHaveLength(50);
    const embeddings = inspectFrame(bytes).parts.find(({ name }) => name === 'embeddings');
    expect(bytes.length - embeddings!.bits / 8).toBeLessThanOrEqual(10 * 50);
  });
});
