// Opens records whose migration takes many batches, and is killed some time after it began.
// Usage: node migration-process.mjs DIRECTORY DELAY_MS
import { Worker } from 'node:worker_threads';
import { jsonCodec, recordSpace } from '@omega-tv/level';
import { openRecords } from '@omega-tv/level/node';
import { Type } from 'typebox';

const oldRecords = recordSpace('old!', jsonCodec(Type.Integer()));
const newRecords = recordSpace('new!', jsonCodec(Type.Integer()));

/** Record by record, a batch each: what was moved already is not there any more. */
async function* moveAndDouble(reader) {
  for await (const [id, value] of oldRecords.entries(reader)) {
    yield [oldRecords.delete(id), newRecords.put(id, 2 * value)];
  }
}

const [directory, delayMs] = process.argv.slice(2);
const killer = `
  const { workerData } = require('node:worker_threads');
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, workerData);
  process.kill(process.pid, 'SIGKILL');
`;
if (delayMs !== undefined) {
  const worker = new Worker(killer, { eval: true, workerData: Number(delayMs) });
  await new Promise((resolve) => worker.once('online', resolve));
}
const migrations = { 1: moveAndDouble };
const records = await openRecords({ kind: 'migrating', layout: 2, migrations, directory });
await records.close();
process.exit(0);
