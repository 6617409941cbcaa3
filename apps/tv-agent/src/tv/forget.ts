import { readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { socketOf } from '../operations/control-server.js';

/** The folders that a TV keeps its stores in. */
const STORES = ['patterns', 'history'];
const FORGOTTEN = '.forgotten';

/**
 * Erases all that a TV keeps, also what was set aside: patterns, history, pushes that wait. The TV
 * must not be running. Killed amid it, `finishForgetting` goes on.
 */
export async function forgetTelevision(directory: string): Promise<void> {
  for (const name of await storesIn(directory)) {
    if (name.endsWith(FORGOTTEN)) continue;
    await rename(path.join(directory, name), path.join(directory, name + FORGOTTEN));
  }
  await finishForgetting(directory);
  await rm(socketOf(directory), { force: true });
}

/** Removes what was renamed to be erased. */
export async function finishForgetting(directory: string): Promise<void> {
  for (const name of await storesIn(directory)) {
    if (!name.endsWith(FORGOTTEN)) continue;
    await rm(path.join(directory, name), { recursive: true, force: true });
  }
}

/** Stores, those set aside as corrupt and those to be erased; nothing else that may lie there. */
async function storesIn(directory: string): Promise<readonly string[]> {
  const names = await readdir(directory).catch((): string[] => []);
  return names.filter((name) =>
    STORES.some((store) => name === store || name.startsWith(`${store}.`)),
  );
}
