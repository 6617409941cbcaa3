import { execFile } from 'node:child_process';
import { readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { temporaryFolder } from '@omega-tv/test-support';
import { expect, it } from '@jest/globals';

const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function packAll(caller: string, ...args: readonly string[]): Promise<Outcome> {
  const env = { ...process.env, INIT_CWD: caller };
  return new Promise((resolve) => {
    execFile(process.execPath, [main, ...args], { env }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

/** The words of a line, as a shell reads them. */
async function wordsOf(line: string): Promise<readonly string[]> {
  const list = line.replace(/^npm install/, "printf '%s\\n'");
  const { stdout } = await promisify(execFile)('/bin/sh', ['-c', list]);
  return stdout.trimEnd().split('\n');
}

it('packs every package, and prints a line for a TV and one for a server', async () => {
  const caller = await temporaryFolder();
  const { code, stdout, stderr } = await packAll(caller, '--out', "a TV's packs");
  const out = path.join(caller, "a TV's packs");
  expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining(`files in ${out}`) });

  const files = (await readdir(out)).map((file) => path.join(out, file));
  const lines = stdout.trimEnd().split('\n');
  expect(lines).toHaveLength(2);
  const [tv = [], server = []] = await Promise.all(lines.map(wordsOf));
  // Only a TV with AgentDB and a server on NATS need these: a line of its own, where one is named.
  const others = files.filter((file) => !/omega-tv-(agentdb|nats|transport-quic)/.test(file));
  expect(others).toHaveLength(files.length - 3);
  expect(new Set([...tv, ...server])).toEqual(new Set(others));
  const names = (words: readonly string[]) =>
    words.map((file) => /omega-tv-([\w-]+?)-\d/.exec(path.basename(file))?.[1]).sort();
  expect(names(tv)).toEqual([
    'client',
    'compression',
    'embedding-codec',
    'federation',
    'level',
    'protocol',
    'types',
  ]);
  expect(names(server)).toContain('constellation');
  expect(names(server)).not.toContain('client');
});

it('prints one line for packages that are named', async () => {
  const { stdout } = await packAll(await temporaryFolder(), 'federation', '@omega-tv/types');
  expect(stdout).toMatch(
    /^npm install \S+embedding-codec\S+tgz \S+types\S+tgz \S+federation\S+tgz\n$/,
  );
});

it('refuses what it cannot do in one line', async () => {
  const caller = await temporaryFolder();
  await writeFile(path.join(caller, 'file'), '');
  const closed = await packAll(caller, '--out', 'file');
  expect(closed).toMatchObject({ code: 1, stdout: '' });
  expect(closed.stderr).toMatch(
    /^error: No data can be kept in .+: it is a file; choose another place$/m,
  );
  const unknown = await packAll(caller, 'frames');
  expect(unknown).toMatchObject({ code: 2, stdout: '' });
  expect(unknown.stderr).toMatch(
    /^error: frames is no published package; there are agentdb, client, .+\n$/,
  );
});
