import { readFileSync } from 'node:fs';
import { createEmbeddingCodec } from '@omega-tv/embedding-codec';
import { readMiniLmCodebook } from '@omega-tv/embedding-codec/node';
import { createRandom } from '@omega-tv/seeded-random';
import { describe, expect, it } from '@jest/globals';
import { averageEncodings, measureBias } from '../src/averages.js';
import {
  boundOf,
  unbiasedBytes,
  unbiasedError,
  waterFillingBytes,
  waterFillingCosine,
} from '../src/bound.js';
import { measureCloseReferences } from '../src/close-references.js';
import { mean } from '../src/measure.js';
import { drawRateDistortion } from '../src/rate-distortion-plot.js';
import { measureSpeed } from '../src/speed.js';
import { loadUnseen } from '../src/unseen.js';

const codec = createEmbeddingCodec(readMiniLmCodebook());
const vectors = loadUnseen();

describe('the bounds', () => {
  const bound = boundOf(codec, vectors);

  it('are their own inverses', () => {
    expect(waterFillingBytes(bound, waterFillingCosine(bound, 64))).toBeCloseTo(64, 3);
    expect(unbiasedBytes(bound, unbiasedError(bound, 72))).toBeCloseTo(72, 3);
  });

  it('are those of one Gaussian coordinate', () => {
    const one = { variances: [0.5], classBytes: 0 };
    // D = l 2^(-2 bits) in one coordinate; 1/2 log2(1 + l/D) for the unbiased.
    expect(waterFillingCosine(one, 1)).toBeCloseTo(Math.sqrt(1 - 0.5 / 2 ** 16), 9);
    expect(unbiasedError(one, 0.125)).toBeCloseTo(0.5 / 3, 9);
  });

  it('are not passed by the codec', () => {
    for (const mode of ['download', 'upload'] as const) {
      const random = createRandom(mode);
      const rate = { budgetBytes: 70 * vectors.length };
      const { cosines } = codec.encode(vectors, { mode, random, rate });
      expect(mean(cosines)).toBeLessThan(waterFillingCosine(bound, 70));
    }
  });
});

describe('the figures', () => {
  it('averages of uploads fall as 1/n, above the bound; those of downloads do not', () => {
    const few = vectors.slice(0, 3);
    const upload = averageEncodings(codec, few, 'upload', 0.0285);
    const [first = 0, , , , last = 0] = upload.errors;
    expect(last * 256).toBeGreaterThan(first * 0.7);
    expect(last * 256).toBeLessThan(first * 1.3);
    expect(first).toBeGreaterThan(unbiasedError(boundOf(codec, vectors), upload.bytes));
    const download = averageEncodings(codec, few, 'download', 0.0247).errors;
    expect(download[4]).toBeCloseTo(download[0] ?? 0, 9);
  });

  it('the bias of few encodings is about what chance leaves', () => {
    const { share, chance, alongShare } = measureBias(codec, vectors[0]!, 400, 0.0285);
    expect(chance).toBe(0.05);
    expect(share).toBeGreaterThan(chance * 0.9);
    expect(share).toBeLessThan(chance * 1.2);
    expect(Math.abs(alongShare)).toBeLessThan(0.02);
  });

  it('close references keep .99 in the bytes promised', () => {
    const rows = measureCloseReferences(codec, vectors);
    expect(rows).toHaveLength(6);
    for (const { mode, bytes, cosine } of rows) {
      expect(bytes).toBeLessThanOrEqual(mode === 'download' ? 29 : 38);
      expect(cosine).toBeGreaterThanOrEqual(0.99);
    }
  });

  it('speed is told with its ratio to JSON + zstd', async () => {
    const [json, ...rows] = await measureSpeed(codec, vectors.slice(0, 4), 1);
    expect(json).toMatchObject({ encodeRatio: 1, decodeRatio: 1 });
    expect(rows).toHaveLength(4);
    for (const row of rows) expect(row.encodeRatio).toBeCloseTo(row.encodeUs / json!.encodeUs, 9);
  });

  it('the plot in docs is of this codec', () => {
    const rate = { budgetBytes: 64 * vectors.length };
    const { bytes, cosines } = codec.encode(vectors, { mode: 'download', rate });
    const points = [{ bytes: bytes.length / vectors.length, cosine: mean(cosines) }];
    const color = '#0b6bcb';
    const label = { at: 0, side: 'left' } as const;
    const svg = drawRateDistortion('', [{ name: '', color, line: 'none', points, label }]);
    const [circle = 'none'] = /<circle[^>]*>/.exec(svg) ?? [];
    const committed = readFileSync(
      new URL('../../../docs/rate-distortion.svg', import.meta.url),
      'utf8',
    );
    expect(committed).toContain(circle);
  });

  it('the plot holds each series once, inside its frame', () => {
    const points = [8, 64, 9999].map((bytes) => ({ bytes, cosine: 0.97 }));
    const svg = drawRateDistortion('a title', [
      { name: 'one', color: '#000', line: 'solid', points, label: { at: 0, side: 'left' } },
      { name: 'two', color: '#000', line: 'dashed', points, label: { at: 0, side: 'right' } },
    ]);
    expect(svg.match(/<circle/g)).toHaveLength(1);
    expect(svg.match(/<polyline/g)).toHaveLength(2);
    expect(svg).toContain('>one</text>');
    expect(svg).not.toMatch(/NaN|Infinity/);
  });
});
