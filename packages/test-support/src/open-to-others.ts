import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';

const GROUP_AND_OTHERS = 0o077;

/** What others than its owner may read, write or enter: of the folder and all below it. */
export async function openToOthers(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true });
  const places = [folder, ...entries.map((entry) => path.join(folder, entry))];
  const modes = await Promise.all(places.map(async (place) => (await stat(place)).mode));
  return places.filter((_, i) => ((modes[i] ?? 0) & GROUP_AND_OTHERS) !== 0);
}
