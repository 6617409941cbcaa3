// Opens a store of an older layout and is killed after so many file-system steps of LevelDB's
// thread pool have had time to run. Usage: node migration-process.mjs DIRECTORY DELAY_MS
import { Worker } from 'node:worker_threads';
import { openLevelPatternStore } from '@omega-tv/client/node';

const [directory, delayMs] = process.argv.slice(2);
const killer = `
  const { workerData } = require('node:worker_threads');
  const lock = new Int32Array(new SharedArrayBuffer(4));
  Atomics.wait(lock, 0, 0, workerData);
  process.kill(process.pid, 'SIGKILL');
`;
const worker = new Worker(killer, { eval: true, workerData: Number(delayMs) });
await new Promise((resolve) => worker.once('online', resolve));
const { store } = await openLevelPatternStore({ directory, clock: { nowMs: Date.now } });
await store.close();
process.exit(0);
