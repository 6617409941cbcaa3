import type { Command } from 'commander';
import { isSyncError } from '@omega-tv/types';
import { CommandError } from './command-error.js';
import { describeCause, describeError } from './describe-error.js';
import { INTERRUPTED, Interruption } from './process-signal.js';

const FAILED = 1;
const MISUSED = 2;

/**
 * Runs a command line. What fails is said in one line on stderr; LOG_LEVEL=debug adds the stack.
 * Exit codes: 0, 1 (failed), 2 (no such command line), 130 (interrupted).
 */
export async function runProgram(program: Command): Promise<void> {
  const output = { isLost: false };
  // Either way the work ends as at Ctrl-C, so that it cleans up.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    // Whoever read our output is gone (`| head`): that is no failure.
    if (error.code !== 'EPIPE' && !output.isLost) {
      output.isLost = true;
      say(new CommandError(`standard output cannot be written: ${describeCause(error)}`));
      process.once('exit', () => (process.exitCode = FAILED));
    }
    if (process.listenerCount('SIGTERM') > 0) process.kill(process.pid, 'SIGTERM');
  });
  try {
    await program.parseAsync();
  } catch (error) {
    process.exitCode = exitCodeOf(error);
    // Commander has said already what it refuses.
    if (!isOfCommander(error) && !output.isLost) say(error);
  }
}

function say(error: unknown): void {
  if (error instanceof Interruption) {
    process.stderr.write(`interrupted: ${error.message}\n`);
    return;
  }
  const mistake = error instanceof Error && !isExpected(error);
  const advice = mistake ? '; this is a mistake in the program, LOG_LEVEL=debug shows where' : '';
  process.stderr.write(`error: ${describeError(error)}${advice}\n`);
  if (error instanceof Error && process.env.LOG_LEVEL === 'debug') {
    process.stderr.write(`${error.stack ?? ''}\n`);
  }
}

function exitCodeOf(error: unknown): number {
  if (isOfCommander(error)) return error.exitCode === 0 ? 0 : MISUSED;
  if (error instanceof Interruption) return INTERRUPTED;
  return nameOf(error) === 'UsageError' || isWrongOption(error) ? MISUSED : FAILED;
}

/** By its code: each command may bring a Commander of its own. */
function isOfCommander(error: unknown): error is Error & { readonly exitCode: number } {
  return String(codeOf(error)).startsWith('commander.');
}

/** What a package refuses to be set up with was an option; but for a store, which is a state of the disk. */
function isWrongOption(error: unknown): boolean {
  if (!isSyncError(error, 'invalid-config')) return false;
  return !['directory', 'store'].includes(error.details.field);
}

/**
 * Refusals, and errors with a code (a port in use, a missing file, those of the packages); Node's own
 * ERR_ codes are mistakes of the program, but for files beyond its limits.
 */
function isExpected(error: Error): boolean {
  if (['CommandError', 'UsageError'].includes(nameOf(error) ?? '')) return true;
  const code = codeOf(error);
  return typeof code === 'string' && (!code.startsWith('ERR_') || code.startsWith('ERR_FS_'));
}

/** Names, not classes: an error may come from a thread, or from another copy of this package. */
function nameOf(error: unknown): string | undefined {
  return error instanceof Error ? error.name : undefined;
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
