// What many TVs learned, folded without server, storage or network.
// node fold.mjs deltas.ndjson MIN_DEVICES: deltas as on the wire, one a line; global patterns as JSON.
import { createHmac, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import {
  applyMarks,
  contribute,
  contributionsFromDelta,
  createFederationConfig,
  emptyFederation,
  publish,
} from '@omega-tv/federation';
import { globalPatternsToWire, syncDeltaFromWire } from '@omega-tv/types';

const [file, minDevices = '10'] = process.argv.slice(2);
const config = createFederationConfig({ minDevices: Number(minDevices) });
// Tells how many devices stand behind a value, and is forgotten when the value is published.
const keys = {
  drawKey: () => randomBytes(32).toString('hex'),
  tagDevice: (key, deviceId) => createHmac('sha256', key).update(deviceId).digest('hex'),
};

let state = emptyFederation();
let nowMs = 0;
const marksOf = new Map(); // a server stores them: counts are cumulative
for (const line of (await readFile(file, 'utf8')).split('\n').filter(Boolean)) {
  const delta = syncDeltaFromWire(JSON.parse(line));
  const { marks, increments } = applyMarks(
    marksOf.get(delta.deviceId) ?? new Map(),
    delta.patterns,
  );
  marksOf.set(delta.deviceId, marks);
  nowMs = Date.parse(delta.timestamp);
  state = contribute(state, contributionsFromDelta(delta, increments, nowMs), keys, config).state;
}

const { globals } = publish(state, nowMs, config);
console.log(JSON.stringify(globals === null ? null : globalPatternsToWire(globals)));
