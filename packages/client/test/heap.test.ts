import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from '@jest/globals';

const SCRIPT = fileURLToPath(new URL('heap-process.mjs', import.meta.url));
const MEGABYTE = 2 ** 20;

it('a TV takes no more memory after 10,000 exchanges than after 4,000 (rule 6.15)', async () => {
  const args = ['--expose-gc', SCRIPT, '10000'];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  const { heaps, waitingSamples, accepted } = JSON.parse(stdout) as {
    readonly heaps: readonly number[];
    readonly waitingSamples: number;
    readonly accepted: number;
  };
  expect(heaps).toHaveLength(10);
  // By then all that is kept by a stated bound is full: 168 patterns of acknowledged pushes.
  expect(heaps.at(-1)! - heaps[3]!).toBeLessThan(MEGABYTE);
  expect([waitingSamples, accepted > 0]).toEqual([0, true]);
});
