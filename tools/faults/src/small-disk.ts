import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);
const SIZE = 'size=2m';

export interface SmallDisk {
  readonly folder: string;
  unmount(): Promise<void>;
}

/** A disk of 2 MB in memory; undefined where this process may not mount one (it takes Linux and root). */
export async function mountSmallDisk(folder: string): Promise<SmallDisk | undefined> {
  await mkdir(folder, { recursive: true });
  try {
    await run('mount', ['-t', 'tmpfs', '-o', SIZE, 'tmpfs', folder]);
  } catch {
    return undefined;
  }
  return {
    folder,
    unmount: async () => {
      await run('umount', [folder]);
    },
  };
}
