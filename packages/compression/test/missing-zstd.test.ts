import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from '@jest/globals';

it('where zstd has no binary v2 works, and v1 says what is missing (rule 2.7)', () => {
  const script = fileURLToPath(new URL('missing-zstd.mjs', import.meta.url));
  const { stdout, stderr } = spawnSync(process.execPath, [script], { encoding: 'utf8' });
  expect(stderr).toBe('');
  const [v2, ...v1] = stdout.trim().split('\n');
  expect(v2).toBe('v2 true');
  const said = expect.stringMatching(
    /^SyncError invalid-config zstd v1 needs @mongodb-js\/zstd, which has no binary for \w+-\w+ here; /,
  );
  expect(v1).toEqual([said, said]);
});
