import { access, constants, mkdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { CommandError } from './command-error.js';
import { describeCause } from './describe-error.js';

/**
 * Creates a folder for data where it is missing, and sees that files can be kept in it.
 * @throws CommandError that says why they cannot.
 */
export async function prepareFolder(folder: string): Promise<void> {
  try {
    await createFolder(folder);
    await access(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (cause) {
    const reason = describeCause(cause);
    throw new CommandError(`No data can be kept in ${folder}: ${reason}`, { cause });
  }
}

/** Step by step: Node's own recursion never ends where a parent takes no folders, as /proc does. */
async function createFolder(folder: string): Promise<void> {
  if (await exists(folder)) return;
  const parent = path.dirname(folder);
  if (parent !== folder) await createFolder(parent);
  await mkdir(folder);
}

async function exists(folder: string): Promise<boolean> {
  try {
    if ((await stat(folder)).isDirectory()) return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
  throw new CommandError('it is a file; choose another place');
}
