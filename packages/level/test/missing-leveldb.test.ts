import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from '@jest/globals';
import { temporaryFolder } from '@omega-tv/test-support';

it('where LevelDB has no binary folders are refused, and other stores work (rule 5.30)', async () => {
  const script = fileURLToPath(new URL('missing-leveldb.mjs', import.meta.url));
  const folder = path.join(await temporaryFolder(), 'store');
  const { stdout, stderr } = spawnSync(process.execPath, [script, folder], { encoding: 'utf8' });
  expect(stderr).toBe('');
  expect(stdout.trim().split('\n')).toEqual([
    expect.stringMatching(
      /^SyncError invalid-config classic-level Folders need classic-level, which .* no binary for \w+-\w+; /,
    ),
    'folder false',
    'in memory',
  ]);
});
