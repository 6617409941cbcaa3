import { execFileSync } from 'node:child_process';
import { describe, expect, it } from '@jest/globals';
import { nativeZstd } from '../src/node/index.js';
import { block, bytesOf, concat, RLE, V1_HEADER } from './support.js';

const BOMB_BYTES = 200 * 1024 * 1024;
const BLOCK = 128 * 1024;
const MAX_GROWTH_KIB = 8 * 1024;

/** Reads the bomb in a small heap of its own and reports how the peak memory grew. */
const DEFUSE = `
import { readFileSync } from 'node:fs';
import { createV1Format } from '@omega-tv/compression';
const bomb = readFileSync(0);
let decompressions = 0;
const format = createV1Format({
  zstd: {
    compress: () => Promise.reject(new Error('not asked for')),
    decompress: () => { decompressions += 1; return Promise.resolve(new Uint8Array()); },
  },
});
const codes = [];
async function attempt(decoder) {
  try { await format[decoder](bomb); codes.push('decoded'); }
  catch (error) { codes.push(error.code); }
}
await attempt('decodeDelta');
const before = process.resourceUsage().maxRSS;
for (let i = 0; i < 20; i += 1) await attempt('decodeGlobalPatterns');
const growthKib = process.resourceUsage().maxRSS - before;
console.log(JSON.stringify({ codes: [...new Set(codes)], decompressions, growthKib }));
`;

interface Report {
  readonly codes: readonly string[];
  readonly decompressions: number;
  readonly growthKib: number;
}

function defuse(bomb: Uint8Array): Report {
  const output = execFileSync(
    process.execPath,
    ['--max-old-space-size=32', '--input-type=module', '-e', DEFUSE],
    { input: bomb, cwd: new URL('..', import.meta.url), encoding: 'utf8' },
  );
  return JSON.parse(output) as Report;
}

describe('a body that expands to 200 MB', () => {
  const zero = bytesOf('00');
  const rleBlocks = Array.from({ length: BOMB_BYTES / BLOCK }, (_, index) =>
    block(RLE, BLOCK, zero, index === BOMB_BYTES / BLOCK - 1),
  );
  it.each([
    ['of RLE blocks', () => Promise.resolve(concat(V1_HEADER, ...rleBlocks))],
    ['of zeros, by the native codec', () => nativeZstd.compress(new Uint8Array(BOMB_BYTES))],
  ])('%s is refused before it is decompressed (rule 2.3)', async (_, make) => {
    const bomb = await make();
    const { codes, decompressions, growthKib } = defuse(bomb);
    expect(codes).toEqual(['compression-limit']);
    expect(decompressions).toBe(0);
    expect(growthKib).toBeLessThan(MAX_GROWTH_KIB);
  });
});
