import { open, rename, stat } from 'node:fs/promises';
import path from 'node:path';
import { createFolder, OWNER_ONLY } from '@omega-tv/level/node/folder';
import type { AgentDatabase } from './agent-database.js';

const OWNER_ONLY_FILE = 0o600;

/** Where an AgentDB lies between two runs. */
export interface DatabaseFile {
  /** Writes all of the database in one durable step: after a crash the old file is there, or the new. */
  save(database: AgentDatabase): Promise<void>;
  /** Since it was opened. */
  readonly writtenBytes: number;
}

/** For a disk that cannot be used. */
export const noFile: DatabaseFile = { save: () => Promise.resolve(), writtenBytes: 0 };

export function createDatabaseFile(file: string): DatabaseFile {
  const folder = path.dirname(path.resolve(file));
  let writtenBytes = 0;
  return {
    save: async (database) => {
      const bytes = database.db.export();
      await createFolder(folder, OWNER_ONLY);
      // One name, so that what a kill leaves is written over.
      const unfinished = `${file}.unfinished`;
      await writeDurably(unfinished, bytes, await modeOf(file));
      await rename(unfinished, file);
      await flush(folder);
      writtenBytes += bytes.length;
    },
    get writtenBytes() {
      return writtenBytes;
    },
  };
}

async function modeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).mode;
  } catch {
    return OWNER_ONLY_FILE;
  }
}

async function writeDurably(file: string, bytes: Uint8Array, mode: number): Promise<void> {
  const handle = await open(file, 'w', mode);
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** A name is durable once its folder is. */
async function flush(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
