import { access, constants, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { CommandError, UsageError } from './command-error.js';
import { systemReason } from './system-errors.js';

/** What a file is made of: whole, or piece by piece. */
export type FileContent = string | Uint8Array | Iterable<Uint8Array>;

/**
 * Says before the work begins that its result will have no place.
 * @param others what is read, or written beside it
 * @throws CommandError where the folder is missing or closed, or the target is a folder or one of
 * the others.
 */
export async function checkOutput(file: string, ...others: readonly string[]): Promise<void> {
  for (const other of others) {
    if (!(await isSameFile(file, other))) continue;
    throw new UsageError(`${file} cannot be written: it is named twice; choose another file`);
  }
  const kind = await kindOf(file);
  // A device or a pipe is written in place.
  if (kind === 'special') return;
  const folder = path.dirname(file);
  try {
    await access(folder, constants.W_OK | constants.X_OK);
  } catch {
    throw new CommandError(
      `${file} cannot be written: ${folder} is missing or not writable; create it or choose another place`,
    );
  }
  if (kind === 'folder') {
    throw new CommandError(`${file} cannot be written: it is a folder; name a file`);
  }
}

/**
 * Writes beside the target and renames: a reader sees the old file or the new one, never half. What
 * is no regular file, such as a pipe, is written as it is.
 */
export async function writeFileAtomically(file: string, content: FileContent): Promise<void> {
  try {
    await writeAtomically(file, content);
  } catch (error) {
    // A failed write names no file of its own.
    const reason = systemReason(error);
    if (reason === undefined) throw error;
    throw new CommandError(`${file} cannot be written: ${reason}`, { cause: error });
  }
}

async function writeAtomically(file: string, content: FileContent): Promise<void> {
  const kind = await kindOf(file);
  if (kind === 'special') {
    await writeFile(file, content);
    return;
  }
  const target = kind === 'file' ? await realpath(file) : file;
  const temporary = `${target}.${process.pid}.tmp`;
  try {
    await writeFile(temporary, content, { flush: true });
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** A terminal or a pipe may well be read and written. */
async function isSameFile(one: string, other: string): Promise<boolean> {
  const kinds = [await kindOf(one), await kindOf(other)];
  if (kinds.includes('absent')) return one === other;
  if (kinds.includes('special')) return false;
  return (await realpath(one)) === (await realpath(other));
}

async function kindOf(file: string): Promise<'absent' | 'file' | 'folder' | 'special'> {
  try {
    const found = await stat(file);
    if (found.isDirectory()) return 'folder';
    return found.isFile() ? 'file' : 'special';
  } catch {
    return 'absent';
  }
}
