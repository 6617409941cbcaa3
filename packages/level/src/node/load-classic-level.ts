import type { ClassicLevel } from 'classic-level';
import { SyncError } from '@omega-tv/types';

type ClassicLevelClass = typeof ClassicLevel;

/**
 * LevelDB through a native addon. It is loaded when a folder is opened, and npm may leave it out: a
 * machine without a binary of it can do all else.
 * @throws SyncError `invalid-config`, field `classic-level`, where it is missing.
 */
export async function loadClassicLevel(): Promise<ClassicLevelClass> {
  try {
    // Imported when it is needed, since the import fails where there is no binary.
    // eslint-disable-next-line no-restricted-syntax
    return (await import('classic-level')).ClassicLevel;
  } catch (cause) {
    const machine = `${process.platform}-${process.arch}`;
    throw new SyncError(
      'invalid-config',
      `Folders need classic-level, which is not installed or has no binary for ${machine}; install it, or use another store`,
      { field: 'classic-level' },
      { cause },
    );
  }
}
