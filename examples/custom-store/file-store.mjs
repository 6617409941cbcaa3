// A store of your own: all of it in one file, written beside the old one and renamed. Good for a few
// hundred patterns; what is written grows with all that is kept, so see @omega-tv/client/node for more.
import { open, readFile, rename } from 'node:fs/promises';
import { deserialize, serialize } from 'node:v8';
import { copyLearned, emptySyncState, listSkills } from '@omega-tv/client';

/** @returns {Promise<import('@omega-tv/client').PatternStore>} */
export async function openFileStore(file) {
  let { learned, state } = await read(file);
  let last = Promise.resolve();

  // One step after another: durable first, then visible; a step that fails changes nothing.
  const step = (change) => {
    const run = async () => {
      const next = { learned: new Map(learned), state, ...change(learned) };
      await write(file, next);
      ({ learned, state } = next);
    };
    const result = last.then(run, run);
    last = result.catch(() => undefined);
    return result;
  };

  return {
    skillList: async (limit, origin) => listSkills(learned.values(), state.snapshot, limit, origin),
    skillStore: (...patterns) =>
      step((stored) => {
        const copies = copyLearned(patterns, stored); // checks, and never lowers a count
        return { learned: new Map([...stored, ...copies.map((one) => [one.id, one])]) };
      }),
    loadSyncState: async () => state,
    saveSyncState: (next) => step(() => ({ state: next })),
    erase: (ids, next) =>
      step((stored) => ({
        learned: new Map([...stored].filter(([id]) => !ids.includes(id))),
        state: next,
      })),
    close: () => last,
  };
}

async function read(file) {
  try {
    return deserialize(await readFile(file));
  } catch (error) {
    if (error.code === 'ENOENT') return { learned: new Map(), state: emptySyncState };
    throw error; // A store that cannot be read is not an empty one.
  }
}

async function write(file, content) {
  const handle = await open(`${file}.new`, 'w', 0o600);
  try {
    await handle.writeFile(serialize(content));
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(`${file}.new`, file);
}
