import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from '@jest/globals';
import { itUnless, temporaryFolder } from '@omega-tv/test-support';

const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const missing = process.env.VERDACCIO
  ? undefined
  : 'no verdaccio; name a folder that has it in its node_modules in VERDACCIO';

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function rehearse(...args: readonly string[]): Promise<Outcome> {
  return new Promise((resolve) => {
    execFile(process.execPath, [main, ...args], (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

itUnless(missing, 'publishes all, and runs what was installed in Node and in Vite', async () => {
  const { code, stdout, stderr } = await rehearse();
  expect({ code, stdout, stderr }).toMatchObject({ code: 0, stdout: '' });
  expect(stderr).toMatch(/^11 packages published to http:\/\/127\.0\.0\.1:\d+\/$/m);
  const programs = /^(\d+) programs of the READMEs ran in a Node project$/m.exec(stderr)?.[1];
  expect(Number(programs)).toBeGreaterThanOrEqual(9);
  expect(stderr).toMatch(/^a page was built in a Vite project: \d+ files$/m);
});

it('says what a registry said that does not start', async () => {
  const folder = await temporaryFolder();
  const bin = path.join(folder, 'node_modules/verdaccio/bin');
  await mkdir(bin, { recursive: true });
  await writeFile(path.join(bin, 'verdaccio'), "console.error('no port'); process.exit(1);\n");
  const { code, stdout, stderr } = await rehearse('--verdaccio', folder);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toMatch(/^error: verdaccio does not start: no port/m);
});
