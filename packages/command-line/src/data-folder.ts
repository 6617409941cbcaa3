import { access, constants, stat } from 'node:fs/promises';
import { createFolder } from '@omega-tv/level/node/folder';
import { CommandError } from './command-error.js';
import { describeCause } from './describe-error.js';

/**
 * Creates a folder for data where it is missing, and sees that files can be kept in it.
 * @throws CommandError that says why they cannot.
 */
export async function prepareFolder(folder: string): Promise<void> {
  try {
    await createFolder(folder);
    if (!(await stat(folder)).isDirectory()) {
      throw new CommandError('it is a file; choose another place');
    }
    await access(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (cause) {
    const reason = describeCause(cause);
    throw new CommandError(`No data can be kept in ${folder}: ${reason}`, { cause });
  }
}
