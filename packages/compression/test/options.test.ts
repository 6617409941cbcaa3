import { isSyncError, silentLogger } from '@omega-tv/types';
import { describe, expect, it } from '@jest/globals';
import { createV1Format } from '../src/index.js';
import { createNodeV1Format, nativeZstd } from '../src/node/index.js';
import { deltaOf, realPatterns } from './support.js';

function collectLogs() {
  const lines: { fields: object; message: string }[] = [];
  const debug = (fields: object, message: string): void => void lines.push({ fields, message });
  return { lines, logger: { ...silentLogger, debug } };
}

describe('options', () => {
  it('logs sizes, ratio and time of each compression', async () => {
    let nowMs = 1000;
    const clock = { nowMs: () => 0, monotonicMs: () => (nowMs += 5) };
    const { lines, logger } = collectLogs();
    const format = createV1Format({ zstd: nativeZstd, logger, clock });
    const { bytes, rawBytes } = await format.encodeDelta(deltaOf(realPatterns(1)));
    await format.decodeDelta(bytes);
    const frameBytes = bytes.length;
    const fields = { jsonBytes: rawBytes, frameBytes, ratio: rawBytes / frameBytes, durationMs: 5 };
    expect(lines).toEqual([
      { message: 'zstd compress', fields },
      { message: 'zstd decompress', fields },
    ]);
  });

  it('logs the time by the clock of the machine where none is given', async () => {
    const { lines, logger } = collectLogs();
    await createNodeV1Format({ logger }).encodeDelta(deltaOf([]));
    expect(lines[0]!.fields).toHaveProperty('durationMs', expect.any(Number));
  });

  it.each([NaN, -0.1, 1.1])('refuses a minCosine of %d', (minCosine) => {
    const create = (): unknown => createNodeV1Format({ minCosine });
    expect(create).toThrow(/minCosine: is .* must be within 0 to 1/);
    try {
      create();
    } catch (error) {
      expect(isSyncError(error, 'invalid-config')).toBe(true);
    }
  });
});
