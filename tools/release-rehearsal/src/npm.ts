import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { CommandError } from '@omega-tv/command-line';

const run = promisify(execFile);

/**
 * The environment of a user: npm tells its scripts which workspace they run in, and a user's npm is in
 * none.
 */
export const userEnv: NodeJS.ProcessEnv = Object.fromEntries(
  Object.entries(process.env).filter(
    ([name]) => !/^(npm_(package|lifecycle)_|npm_config_local_prefix|INIT_CWD|NODE_ENV)/.test(name),
  ),
);

/**
 * Runs a program as a user does in a folder.
 * @returns what it printed
 * @throws CommandError with what it said where it fails.
 */
export async function runAsUser(
  folder: string,
  command: string,
  args: readonly string[],
  signal: AbortSignal,
): Promise<string> {
  try {
    const { stdout, stderr } = await run(command, args, { cwd: folder, env: userEnv, signal });
    return stdout + stderr;
  } catch (error) {
    signal.throwIfAborted();
    const { stdout = '', stderr = '' } = error as { readonly stdout?: string; stderr?: string };
    throw new CommandError(`${command} ${args.join(' ')} failed:\n${stdout}${stderr}`);
  }
}

/** Without what a rehearsal has no use for. */
export const QUIET = ['--no-audit', '--no-fund'] as const;
