import { execFile } from 'node:child_process';
import { mkdtemp, realpath, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { root } from './workspace.js';

const run = promisify(execFile);
/**
 * The environment of a user. npm tells its scripts which workspace they run in, and the user's npm
 * is in none; Jest says that this is a test, where Vite keeps its warnings to itself.
 */
export const userEnv = Object.fromEntries(
  Object.entries(process.env).filter(
    ([name]) => !/^(npm_(package|lifecycle)_|npm_config_local_prefix|INIT_CWD|NODE_ENV)/.test(name),
  ),
);
const STRICT = [
  ...['--strict', '--exactOptionalPropertyTypes', '--noUncheckedIndexedAccess'],
  ...['--skipLibCheck', 'false', '--module', 'NodeNext', '--target', 'ES2022'],
];

/** An empty project outside the workspace. */
export async function createUserProject(): Promise<string> {
  const folder = await realpath(await mkdtemp(path.join(tmpdir(), 'omega-tv-user-')));
  await writeFile(path.join(folder, 'package.json'), '{"private":true,"type":"module"}');
  return folder;
}

/** Packs all packages; the lines that the command prints: for a TV and for a server, or for `names`. */
export async function packAll(
  out: string,
  ...names: readonly string[]
): Promise<readonly [tv: string, server: string]> {
  const { stdout } = await run('npm', ['run', '-s', 'pack-all', '--', '--out', out, ...names], {
    cwd: root,
    env: userEnv,
  });
  const [tv = '', server = ''] = stdout.split('\n');
  return [tv, server];
}

/** Runs a line that the command printed, as its user pastes it. */
export async function install(folder: string, line: string): Promise<void> {
  await run('/bin/sh', ['-c', `${line} --no-audit --no-fund`], { cwd: folder, env: userEnv });
}

/** Type-checks a program in the strictest way, declarations of the packages included. */
export async function compile(
  folder: string,
  program: string,
  options: readonly string[] = [],
): Promise<void> {
  const tsc = fileURLToPath(import.meta.resolve('typescript/bin/tsc'));
  const args = [tsc, ...STRICT, '--types', 'node', ...options, program];
  await run(process.execPath, args, { cwd: folder }).catch((error: unknown) => {
    const { stdout } = error as { readonly stdout?: string };
    throw new Error(`${program} does not compile:\n${stdout ?? ''}`, { cause: error });
  });
}
