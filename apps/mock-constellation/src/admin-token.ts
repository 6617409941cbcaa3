import { readFile } from 'node:fs/promises';
import { CommandError, describeCause, resolveFromCaller } from '@omega-tv/command-line';

/** The token of operators; undefined where no file is named. */
export async function readAdminToken(file: string | undefined): Promise<string | undefined> {
  if (file === undefined) return undefined;
  const path = resolveFromCaller(file);
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch (cause) {
    throw new CommandError(`the admin token ${path}: ${describeCause(cause)}`, { cause });
  }
}
