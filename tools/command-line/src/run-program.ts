import type { Command } from 'commander';
import { isSyncError } from '@omega-tv/types';

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
    if (!isSyncError(error) && !isSystemError(error) && error instanceof Error) {
      process.stderr.write(`${error.stack ?? ''}\n`);
    }
    process.exitCode = 1;
  }
}

/** What the system says (a port in use, a missing file) needs no stack trace. */
function isSystemError(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error;
}
