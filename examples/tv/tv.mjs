// A TV: a durable store, the loop of its exchanges, and a token that lets it in.
// CONSTELLATION_URL=https://tv.example.com TOKEN_FILE=kitchen.token DATA=./kitchen node tv.mjs
import { readFile } from 'node:fs/promises';
import { createSyncLoop, SyncClient } from '@omega-tv/client';
import { openLevelPatternStore } from '@omega-tv/client/node';
import { createNodeV2Format } from '@omega-tv/compression/node';

const { CONSTELLATION_URL: url, TOKEN_FILE: tokenFile, DATA: data = './kitchen' } = process.env;
if (!url || !tokenFile) {
  console.error('Name a server in CONSTELLATION_URL and a file with its token in TOKEN_FILE.');
  process.exit(2);
}

// A corrupt folder is set aside, and a full disk keeps nothing; the TV starts either way.
const { store, outcome } = await openLevelPatternStore({ directory: data });
console.log(`store ${outcome}`);

const client = await SyncClient.create({
  url,
  deviceId: 'kitchen', // whom the token was minted for
  format: createNodeV2Format(),
  store,
  // Asked for each request, so that a token may be replaced while the TV runs.
  credentials: { token: async () => (await readFile(tokenFile, 'utf8')).trim() },
});

// What this TV learned: yours, from what was watched, with an embedding of all-MiniLM-L6-v2.
const embedding = Float32Array.from({ length: 384 }, (_, i) => Math.sin(i) / 14);
const taste = { id: 'evening-drama', genre: 'drama', embedding, successRate: 0.9, sampleCount: 12 };
await store.skillStore(taste);

const loop = createSyncLoop({
  exchange: (signal) => client.syncStore({ signal }),
  waitMemory: client.waitMemory, // what a server asks for outlives a restart
  standing: () => client.standing(),
  startWithinMs: Number(process.env.START_WITHIN_MS ?? 60_000),
});
loop.results$.subscribe((result) => {
  console.log(`pushed ${result.patternsPushed}, received ${result.patternsReceived}`);
});
loop.errors$.subscribe((error) => console.log(`not synced: ${error.code}`));
const running = loop.start();

process.once('SIGTERM', async () => {
  running.unsubscribe(); // aborts what runs; it goes out again at the next start
  await store.close();
});
