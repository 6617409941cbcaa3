import type { Command } from 'commander';
import { CommandError } from './command-error.js';

/** Runs a command line; what fails is said in one line on stderr, with exit code 1. */
export async function runProgram(program: Command): Promise<void> {
  // Whoever read our output is gone (`| head`): that is an end like Ctrl-C, not a failure.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.kill(process.pid, 'SIGTERM');
  });
  try {
    await program.parseAsync();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    process.stderr.write(`error: ${message}\n`);
    if (error instanceof Error && !isExpected(error))
      process.stderr.write(`${error.stack ?? ''}\n`);
    process.exitCode = 1;
  }
}

/**
 * Refusals, and errors with a code (a port in use, a missing file, those of the packages) need no
 * stack trace; Node's own ERR_ codes are mistakes of the program, but for files beyond its limits.
 */
function isExpected(error: Error): boolean {
  if (error instanceof CommandError) return true;
  const code = 'code' in error ? error.code : undefined;
  return typeof code === 'string' && (!code.startsWith('ERR_') || code.startsWith('ERR_FS_'));
}
