import { stat } from 'node:fs/promises';
import { CommandError } from './command-error.js';
import { describeCause } from './describe-error.js';

/**
 * Says of an input what reading it would only say without its name.
 * @throws CommandError where it is missing or a folder.
 */
export async function checkInput(file: string): Promise<void> {
  const refuse = (reason: string, cause?: unknown): never => {
    throw new CommandError(`${file} cannot be read: ${reason}`, { cause });
  };
  const found = await stat(file).catch((cause: unknown) => refuse(describeCause(cause), cause));
  if (found.isDirectory()) refuse('it is a folder; name a file');
}
