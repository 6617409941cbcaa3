import { mkdir, stat } from 'node:fs/promises';
import path from 'node:path';

/** The mode of folders whose content is nobody's business but their owner's. */
export const OWNER_ONLY = 0o700;

/**
 * Creates a folder and its parents where they are missing, one after another: Node's own recursion,
 * which LevelDB uses, never ends where a parent takes no folders and answers that there is no such
 * file, as those of /proc do.
 * @param mode of the folders that are created, without what the umask takes. Default: 0777.
 * @throws what the system answers.
 */
export async function createFolder(folder: string, mode = 0o777): Promise<void> {
  if (await exists(folder)) return;
  const parent = path.dirname(folder);
  if (parent !== folder) await createFolder(parent, mode);
  try {
    await mkdir(folder, { mode });
  } catch (error) {
    // Another process may have been faster.
    if (!(await exists(folder))) throw error;
  }
}

async function exists(folder: string): Promise<boolean> {
  try {
    await stat(folder);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}
