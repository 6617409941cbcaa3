// One real TV, to be killed: watches and syncs as fast as it can on a store of its own, and prints
// each sample when it is on the disk. Usage: tv-process.js DIRECTORY URL DEVICE FIRST_PATTERN CLOCK_OFFSET_MS
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { loadCatalogue } from '@omega-tv/catalogue';
import { sampleBooks, SyncClient } from '@omega-tv/client';
import { openLevelPatternStore } from '@omega-tv/client/node';
import { createNodeV2Format } from '@omega-tv/compression/node';
import type { TvMessage } from './tv-messages.js';

const PATTERNS = 6;
/** Far enough apart that no two of a TV's patterns are copies of one taste. */
const STRIDE = 37;
const FIRST_SAMPLES = 20;
const MAX_TRIES = 2000;
const PAUSE_MS = 5;

const [directory = '', url = '', deviceId = '', first = '0', offset = '0'] = process.argv.slice(2);
const clock = { nowMs: () => Date.now() + Number(offset) };
const { store, outcome } = await openLevelPatternStore({ directory, clock });
const client = await SyncClient.create({
  url,
  deviceId,
  store,
  clock,
  format: createNodeV2Format(),
  timeoutMs: 2000,
});
const titles = loadCatalogue();
const watching = new AbortController();

const say = (message: TvMessage): void => {
  process.stdout.write(`${JSON.stringify(message)}\n`);
};
const books = async () =>
  sampleBooks(await store.loadSyncState(), await store.skillList(1024, 'learned'));

createInterface({ input: process.stdin }).on('line', () => {
  watching.abort();
});
say({ kind: 'opened', outcome, learned: (await books()).learned });
for (let round = 0; !watching.signal.aborted; round += 1) {
  await watch(round);
  if (round % 2 === 1) await sync();
}
say({ kind: 'settled', books: await settle() });
await store.close();
process.exit(0);

/** One more sample of one of the patterns. */
async function watch(round: number): Promise<void> {
  const index = Number(first) + (round % PATTERNS);
  const title = titles[(index * STRIDE) % titles.length];
  if (title === undefined) throw new Error(`the catalogue has no title ${index}`);
  const id = `pattern-${index}`;
  const stored = (await store.skillList(1024, 'learned')).find((one) => one.id === id);
  const added = stored === undefined ? FIRST_SAMPLES : 1;
  const sampleCount = (stored?.sampleCount ?? 0) + added;
  const { embedding, genres } = title;
  try {
    await store.skillStore({ id, embedding, genre: genres[0], successRate: 0.9, sampleCount });
    say({ kind: 'stored', samples: added });
  } catch {
    // The disk is full: the sample was not learned.
    await wait(PAUSE_MS);
  }
}

async function sync(): Promise<boolean> {
  try {
    await client.syncStore();
    return true;
  } catch {
    await wait(PAUSE_MS);
    return false;
  }
}

/** Syncs until nothing waits; a server that stays away ends it too, and the books show it. */
async function settle() {
  let found = await books();
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const isDone = await sync();
    found = await books();
    if (isDone && found.waiting === 0) break;
  }
  return found;
}
