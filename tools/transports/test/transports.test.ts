import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from '@jest/globals';
import { createRandom } from '@omega-tv/seeded-random';
import { describeUnless, temporaryFolder } from '@omega-tv/test-support';
import { missingQuic } from '@omega-tv/transport-quic';
import type { IdleRow } from '../src/idle/measure-idle.js';
import { OneWay } from '../src/link.js';
import { measureTransports } from '../src/measure.js';
import { idleToText, rowsToText } from '../src/report.js';
import { Transit } from '../src/transit.js';

const execute = promisify(execFile);
const COMMAND = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const random = createRandom('link');

it('delays by half a round trip, after what is before it on the line', () => {
  const way = new OneWay({ roundTripMs: 100, lossRate: 0, bitsPerS: 64_000 }, random);
  expect(way.send(1000, 10)).toEqual({ atMs: 10 + 125 + 50, isLost: false });
  expect(way.send(1000, 20)).toEqual({ atMs: 10 + 250 + 50, isLost: false });
  expect(way.send(100, 1000).atMs).toBe(1000 + 12.5 + 50);
  expect(way.bytes).toBe(2100);
});

it('takes the time in which anything is on its way, once', () => {
  const transit = new Transit();
  transit.carried('up', 0, 50);
  transit.carried('down', 40, 60);
  transit.carried('up', 100, 150);
  expect(transit.between(10, 140)).toBe(50 + 40);
  transit.forget();
  expect(transit.between(10, 140)).toBe(0);
});

it('takes a lost packet from its way out until the next has arrived, and none that nothing repeats', () => {
  const transit = new Transit();
  transit.lost('up', 0);
  transit.lost('up', 75);
  transit.carried('down', 20, 30);
  transit.carried('up', 200, 250);
  transit.lost('down', 250);
  expect(transit.between(0, 1000)).toBe(250);
});

it('loses its share', () => {
  const way = new OneWay({ roundTripMs: 0, lossRate: 0.1 }, random);
  const lost = Array.from({ length: 10_000 }, () => way.send(1, 0)).filter((one) => one.isLost);
  expect(lost.length / 10_000).toBeCloseTo(0.1, 1);
});

describeUnless(await missingQuic(), 'exchanges through a network', () => {
  it('are all answered, whatever it loses, and cost bytes', async () => {
    const rows = await measureTransports({
      networks: [{ roundTripMs: 4, lossRate: 0.1 }],
      exchanges: 12,
      tvs: 4,
      seed: 1,
      onStage: () => undefined,
      signal: new AbortController().signal,
    });
    expect(rows.map(({ start }) => start)).toEqual(['cold', 'resumed', 'warm']);
    for (const { https, quic } of rows) {
      for (const { failed, bytes, whole, network } of [https, quic]) {
        expect(failed).toBe(0);
        // A timer of Node may come a millisecond early, each way.
        expect(network.medianMs).toBeGreaterThan(4 - 2);
        expect(whole.medianMs).toBeGreaterThan(network.medianMs);
        // The push, the answer and their headers; a cold start has the certificate too.
        expect(bytes).toBeGreaterThan(202 + 1125);
        expect(bytes).toBeLessThan(20_000);
      }
    }
    expect(rows[0]?.https.bytes).toBeGreaterThan(rows[2]?.https.bytes ?? Infinity);
    expect(rowsToText(rows).trimEnd().split('\n')).toHaveLength(5);
  });
});

describeUnless(await missingQuic(), 'npm run transports -- --idle', () => {
  it('has all connections, and says what they cost', async () => {
    const file = path.join(await temporaryFolder(), 'idle.json');
    const args = [COMMAND, '--idle', '40', '--idle-seconds', '1', '--json', file];
    const { stdout } = await execute(process.execPath, args);
    const rows = JSON.parse(await readFile(file, 'utf8')) as readonly IdleRow[];
    expect(rows.map(({ way }) => way)).toEqual(['https', 'quic']);
    for (const row of rows) {
      expect(row).toMatchObject({ connections: 40, failed: 0 });
      expect(row.connectCpuMs).toBeGreaterThan(0);
      expect(row.exchangeCpuMs).toBeGreaterThan(0);
    }
    expect(stdout).toBe(idleToText(rows));
  });
});
