import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Codecs, openDeltaFrame } from '@omega-tv/compression';
import { createMiniLmCodec } from '@omega-tv/compression/node';
import { describe, expect, it } from '@jest/globals';
import { itUnless, temporaryFolder } from '@omega-tv/test-support';
import { missingNats } from '@omega-tv/test-support/nats';
import { reportToText, unitCostsOf } from '../src/load-report.js';
import type { LoadReport } from '../src/measure.js';
import type { ClusterReport } from '../src/measure-cluster.js';
import { measureExchanges } from '../src/measure-exchanges.js';
import { memoryInUse } from '../src/memory-in-use.js';
import { Messages, MOST_PATTERNS, TASTE_PUSHES } from '../src/messages.js';
import { EVENING, only, Tvs } from '../src/tvs.js';

const run = promisify(execFile);
const program = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const codecs = new Codecs([createMiniLmCodec()]);
const messages = new Messages([1, 2, 3, 10], 2);

function readPush(body: Uint8Array) {
  const { header, outline, decode } = openDeltaFrame(codecs, body);
  return { header, outline, delta: decode({ findBase: () => undefined }) };
}

describe('the TVs', () => {
  it('push frames that a server reads, each TV in its order', () => {
    const tvs = new Tvs(messages, ['a', 'b'], { next: () => 0.5 });
    const pushes = [3, 3, 3, 1].map((patterns) => tvs.next(only(patterns)));
    expect(pushes.map(({ token }) => token)).toEqual(['a', 'b', 'a', 'b']);
    const read = pushes.map(({ body }) => readPush(body));
    expect(read.map(({ outline }) => outline.position?.seq)).toEqual([1, 1, 2, 2]);
    expect(read.map(({ delta }) => delta.patterns.length)).toEqual([3, 3, 3, 1]);
    expect(read.map(({ header }) => header.deviceId)).toEqual(['tv-0', 'tv-1', 'tv-0', 'tv-1']);
  });

  it('send nothing in 70 of 100 pushes, and ten patterns in 5', () => {
    let draws = 0;
    const tvs = new Tvs(messages, ['a'], { next: () => (draws++ + 0.5) / 100 });
    const counts = Array.from(
      { length: 100 },
      () => readPush(tvs.next(EVENING).body).outline.patterns.length,
    );
    const of = (patterns: number) => counts.filter((count) => count === patterns).length;
    expect([of(0), of(10), of(1) + of(2) + of(3)]).toEqual([70, 5, 25]);
  });
});

describe('messages of the most patterns', () => {
  it('bring tastes of 64 genres, eight of each, a dozen TVs in a row the same', () => {
    const tvs = new Tvs(messages, ['a'], { next: () => 0.5 });
    const genres = new Map<string, number>();
    for (let push = 0; push < TASTE_PUSHES; push += 1) {
      const { patterns } = readPush(tvs.next(only('tastes')).body).outline;
      expect(patterns.length).toBe(MOST_PATTERNS);
      for (const { genre } of patterns) genres.set(genre, (genres.get(genre) ?? 0) + 1);
    }
    expect([...genres.values()]).toEqual(Array.from({ length: 64 }, () => 8 * 12));
  });

  it('bring what costs most: one new sample each, of genres that came never before', () => {
    const tvs = new Tvs(messages, ['a'], { next: () => 0.5 });
    const genres = [1, 2].flatMap(() => {
      const { patterns } = readPush(tvs.next(only('dearest')).body).delta;
      expect(patterns.every(({ newSamples }) => newSamples === 1)).toBe(true);
      return patterns.map(({ genre }) => genre);
    });
    expect(new Set(genres).size).toBe(2 * MOST_PATTERNS);
  });
});

describe('the bytes of exchanges', () => {
  it('are those of the client: a pattern of some 100 bytes, less among ten, and a diff below its snapshot', async () => {
    const bytes = await measureExchanges();
    expect(bytes.versionDown).toBe('{"version":0}'.length);
    expect(bytes.pushUp).toBeGreaterThan(20);
    expect(bytes.pushDown).toBeGreaterThan(20);
    expect(bytes.patternUp).toBeGreaterThan(40);
    expect(bytes.patternUp).toBeLessThan(150);
    expect(bytes.patternOfTenUp).toBeGreaterThan(40);
    expect(bytes.patternOfTenUp).toBeLessThanOrEqual(bytes.patternUp);
    expect(bytes.diffBytes).toBeGreaterThan(0);
    expect(bytes.diffBytes).toBeLessThanOrEqual(bytes.snapshotBytes);
    expect(bytes.snapshotBytes).toBeLessThanOrEqual(5120);
  });
});

describe('the memory in use', () => {
  it('leaves out what nobody holds', () => {
    const before = memoryInUse();
    const lost = (): number => Array.from({ length: 200_000 }, (_, i) => ({ i })).length;
    expect(lost()).toBe(200_000);
    expect(memoryInUse() - before).toBeLessThan(1_000_000);
  });
});

itUnless(
  missingNats(),
  'a cluster is measured beside the embedded engine: all that it answers counts',
  async () => {
    const file = path.join(await temporaryFolder(), 'clusters.json');
    const options = ['--partitions', '2', '--quick', '--json', file];
    const { stdout } = await run(process.execPath, [program, ...options]);
    const report = JSON.parse(await readFile(file, 'utf8')) as ClusterReport;
    expect(report.rows.map(({ engine, mix }) => [engine, mix])).toEqual([
      ['embedded', 'empty'],
      ['p2', 'empty'],
      ['embedded', 'evening'],
      ['p2', 'evening'],
    ]);
    for (const row of report.rows) {
      const isCluster = row.engine !== 'embedded';
      expect(row.applied).toBeGreaterThan(0.9);
      // An entry is 100 B at least, and crosses the bus three times: as a push, to the log, and from it.
      expect(row.logBytes > 100).toBe(isCluster);
      expect(row.busBytes > row.logBytes).toBe(isCluster);
    }
    const [growth] = report.growth;
    expect(growth?.partitions).toBe(2);
    expect(growth?.checkpointBytes).toBeGreaterThan(20 * growth!.devices);
    expect(report.envelopeBytes).toBeGreaterThan(4);
    expect(report.envelopeBytes).toBeLessThan(20);
    expect(stdout).toContain('B through NATS');
  },
);

describe('the report', () => {
  const row = (name: string, cpuMs: number) => ({
    ...{ name, cpuMs, syncsPerSecond: 10, p50Ms: 1, p99Ms: 2 },
    ...{ bytesUp: 80, bytesDown: 60, failed: 0, applied: 1 },
  });
  const exchange = {
    ...{ versionDown: 13, pushUp: 30, pushDown: 50 },
    ...{ patternUp: 60, patternOfTenUp: 50, snapshotBytes: 5000, diffBytes: 400 },
  };
  const report: LoadReport = {
    settings: {
      ...{ tvs: 1, seconds: 1, connections: 1, rounds: 1 },
      ...{ workers: 1, variants: 1, devices: 1 },
    },
    rows: [
      ...[row('bare', 0.1), row('newest version', 0.15), row('empty', 0.2)],
      ...[row('10 patterns', 5.2), row('evening', 1)],
    ],
    disturbances: [{ name: 'publications', quietP99Ms: 5, p99Ms: 6 }],
    device: { devices: 1, diskBytes: 60, memoryBytes: 0 },
    connectionBytes: 8192,
    decision: { emptyMs: 0.1, patternMs: 0.3, logBytesPerPush: 50, logBytesPerPattern: 70 },
    exchange,
  };

  it('says what a push and a pattern cost', () => {
    expect(unitCostsOf(report)).toEqual({
      ...{ emptyPushMs: 0.2, patternMs: 0.5, bareRequestMs: 0.1, bytesUp: 80, bytesDown: 60 },
      ...{ diskBytesPerDevice: 60, memoryBytesPerDevice: 0, pollMs: 0.15 },
      ...{ decideEmptyMs: 0.1, decidePatternMs: 0.3 },
      ...{ logBytesPerPush: 50, logBytesPerPattern: 70, exchange },
    });
  });

  it('has as many cells in each row as in the head', () => {
    const [tables] = reportToText(report).split('\n\n');
    const widths = tables!.split('\n').map((line) => line.split('|').length);
    expect(new Set(widths).size).toBe(1);
  });
});
