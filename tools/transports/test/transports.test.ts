import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from '@jest/globals';
import { describeUnless, temporaryFolder } from '@omega-tv/test-support';
import { missingQuic } from '@omega-tv/transport-quic';
import type { IdleRow } from '../src/idle/measure-idle.js';
import { measureTransports } from '../src/measure.js';
import { idleToText, rowsToText } from '../src/report.js';

const execute = promisify(execFile);
const COMMAND = fileURLToPath(new URL('../dist/main.js', import.meta.url));
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
