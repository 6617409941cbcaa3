// A TV whose brain learns and shares in a loop, each step printed once it is durable.
// Usage: node brain-process.mjs KIND FILE DIRECTORY URL [STEPS]; without STEPS it goes on for ever.
import { writeSync } from 'node:fs';
import { sampleBooks, SyncClient } from '@omega-tv/client';
import { createNodeV2Format } from '@omega-tv/compression/node';
import { openAgentDbPatternStore } from '@omega-tv/agentdb';
import { learn, practise, rows, samplesOf } from './brain.mjs';
import { createDatabaseOf } from './databases.mjs';

const [kind, file, directory, url, steps = 'Infinity'] = process.argv.slice(2);
const SKILLS = 3;

const createDatabase = await createDatabaseOf(kind);
const { store, database, outcomes } = await openAgentDbPatternStore({
  createDatabase,
  file,
  directory,
});
writeSync(1, `${outcomes.skills} ${outcomes.syncState}\n`);
const names = new Set(rows(database, 'SELECT name FROM skills').map(({ name }) => name));
for (let index = 0; index < SKILLS; index += 1) {
  if (!names.has(`skill-${index}`)) learn(database, index);
}
const client = await SyncClient.create({
  url,
  deviceId: 'tv',
  format: createNodeV2Format(),
  store,
});
for (let step = 0; step < Number(steps); step += 1) {
  practise(database, `skill-${step % SKILLS}`, 1 + (step % 5));
  if (step % 3 === 0) await store.save();
  writeSync(1, `saved ${step % 3 === 0 ? samplesOf(database) : 0}\n`);
  await client.syncStore();
  writeSync(1, `synced ${samplesOf(database)}\n`);
}
const learned = await store.skillList(Number.MAX_SAFE_INTEGER, 'learned');
const books = sampleBooks(await store.loadSyncState(), learned);
const uses = samplesOf(database);
await store.close();
writeSync(1, `${JSON.stringify({ uses, ...books })}\n`);
