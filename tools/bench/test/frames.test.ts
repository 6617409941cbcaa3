import { createMiniLmCodec } from '@omega-tv/compression/node';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { measureFrames, type FrameRow } from '../src/frames/measure-frames.js';

describe('frames of what simulated viewers teach', () => {
  let rows: ReadonlyMap<string, FrameRow>;
  beforeAll(async () => {
    rows = new Map((await measureFrames(createMiniLmCodec())).map((row) => [row.name, row]));
  });

  it.each([
    ['the same in 750 B', 750, 0.99, 0.985],
    ['the same in 480 B', 480, 0.99, 0.98],
    ['snapshot of 50 patterns, 5 trends', 3000, 0.99, 0.98],
    ['snapshot of 50 patterns, 150 trends', 5000, 0.99, 0.98],
    ['diff, a tenth of them moved a little', 600, 0.99, 0.98],
    ['diff, nothing changed', 64, 0.99, 0.98],
  ])('%s: at most %i B, cosine %d, 1st percentile %d', (name, bytes, cosine, percentile) => {
    const row = rows.get(name)!;
    expect(row.maxBytes).toBeLessThanOrEqual(bytes);
    expect(row.cosine).toBeGreaterThanOrEqual(cosine);
    expect(row.cosinePercentile1).toBeGreaterThanOrEqual(percentile);
    expect(row.v1Bytes).toBeGreaterThan(10 * row.bytes);
  });
});
