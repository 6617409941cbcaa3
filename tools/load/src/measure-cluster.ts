import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { createRandom } from '@omega-tv/seeded-random';
import { NatsNode } from '@omega-tv/test-support/nats';
import { BusMeter } from './bus-meter.js';
import { runClosed, runPaced, type LoadResult } from './http-load.js';
import { measureEnvelope } from './measure-envelope.js';
import { median } from './median.js';
import { Messages } from './messages.js';
import type { ServerUsage } from './server-process.js';
import { ServerUnderLoad } from './server-under-load.js';
import { EVENING, only, Tvs, type Mix } from './tvs.js';

export interface ClusterSettings {
  readonly tvs: number;
  readonly seconds: number;
  readonly connections: number;
  readonly rounds: number;
  readonly variants: number;
  /** Of each cluster. */
  readonly partitions: readonly number[];
}

/** What pushes of one kind cost on one engine. */
interface ClusterRow {
  readonly engine: string;
  readonly mix: string;
  readonly syncsPerSecond: number;
  /** Of all Constellations, and of NATS. Milliseconds a push. */
  readonly cpuMs: number;
  readonly natsCpuMs: number;
  /** At an easy pace. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** A push, through NATS: to it and from it, all of its clients. */
  readonly busBytes: number;
  /** A push, appended to the logs, one copy. */
  readonly logBytes: number;
  readonly failed: number;
  /** Of those that were answered, how many counted. */
  readonly applied: number;
}

/** What a cluster moves and keeps beside pushes. */
interface ClusterGrowth {
  readonly partitions: number;
  /** Through NATS while nobody pushes. */
  readonly idleBytesPerSecond: number;
  /** Of the newest version and all that is kept beside it, to each node. */
  readonly publicationBytes: number;
  /** In the checkpoints of all partitions, one copy, when the owners were stopped. */
  readonly checkpointBytes: number;
  readonly devices: number;
}

export interface ClusterReport {
  readonly settings: ClusterSettings;
  readonly rows: readonly ClusterRow[];
  readonly growth: readonly ClusterGrowth[];
  /** That the bus adds to a delta, see `measureEnvelope`. */
  readonly envelopeBytes: number;
}

const MIXES: readonly (readonly [string, Mix])[] = [
  ['empty', only(0)],
  ['evening', EVENING],
];
const PACED_PER_SECOND = 50;
const PUBLISH_EVERY_MS = 2000;
const LOOK_MS = 50;
const IDLE_AFTER_MS = 2 * PUBLISH_EVERY_MS;

/** An engine under load: one server, or a cluster's. */
interface Engine {
  readonly name: string;
  readonly servers: readonly ServerUnderLoad[];
  /** Takes all pushes. */
  readonly front: ServerUnderLoad;
  readonly tvs: Tvs;
  /** Of a cluster. */
  readonly partitions?: number;
  readonly meter?: BusMeter;
}

/** Measures clusters on one NATS node beside the embedded engine; all is gone when it resolves. */
export async function measureCluster(
  settings: ClusterSettings,
  onStage: (stage: string) => void,
): Promise<ClusterReport> {
  const folder = await mkdtemp(path.join(tmpdir(), 'omega-tv-load-cluster-'));
  const started: ServerUnderLoad[] = [];
  const [nats] = await NatsNode.prepare(folder);
  if (nats === undefined) throw new Error('no NATS');
  const start = async (order: Parameters<typeof ServerUnderLoad.start>[0]) => {
    const server = await ServerUnderLoad.start(order);
    started.push(server);
    return server;
  };
  const meters: BusMeter[] = [];
  try {
    onStage('coding messages');
    const messages = new Messages([1, 2, 3, 10], settings.variants);
    const tvs = () => new Tvs(messages, noTokens(settings.tvs), createRandom('tvs'));
    await nats.start();
    const embedded = await start({
      kind: 'constellation',
      directory: path.join(folder, 'embedded'),
      ...{ workers: 0, publishEveryMs: PUBLISH_EVERY_MS },
    });
    const engines: Engine[] = [
      { name: 'embedded', servers: [embedded], front: embedded, tvs: tvs() },
    ];
    for (const partitions of settings.partitions) {
      onStage(`a cluster of ${partitions} starts`);
      const cluster = `p${partitions}`;
      const node = async (name: string, role: 'edge' | 'owner') => {
        const scratch = path.join(folder, `${cluster}-${name}`);
        await mkdir(scratch);
        const shared = { nats: nats.url, cluster, partitions, scratch };
        return start({ kind: 'node', role, publishEveryMs: PUBLISH_EVERY_MS, ...shared });
      };
      const front = await node('edge', 'edge');
      const servers = [front];
      for (let i = 0; i < partitions; i += 1) servers.push(await node(`owner-${i}`, 'owner'));
      await settled(servers, partitions);
      const meter = await BusMeter.open(nats.url, cluster, partitions);
      meters.push(meter);
      engines.push({ name: cluster, servers, front, tvs: tvs(), partitions, meter });
    }
    // Code is compiled once.
    for (const { front, tvs } of engines) {
      await runClosed(targetOf(front, settings), settings.seconds, () => tvs.next(EVENING));
    }
    const rows = await measureRows(engines, settings, nats, onStage);
    const growth = await measureGrowth(engines, settings, onStage);
    onStage('the envelope of a delta');
    const envelopeBytes = (await measureEnvelope()) ?? 0;
    return { settings, rows, growth, envelopeBytes };
  } finally {
    for (const server of started) server.kill();
    for (const meter of meters) await meter.close();
    await nats.kill();
    await rm(folder, { recursive: true, force: true });
  }
}

function noTokens(count: number): readonly undefined[] {
  return Array.from({ length: count }, () => undefined);
}

function targetOf({ url }: ServerUnderLoad, { connections }: ClusterSettings) {
  return { url, connections };
}

/** Each partition and the publisher have their owners, and all know it. */
async function settled(servers: readonly ServerUnderLoad[], partitions: number): Promise<void> {
  for (;;) {
    const owned = await Promise.all(servers.map((server) => server.owned()));
    const sum = owned.reduce((a, b) => a + b, 0);
    if (owned.every((count) => count >= 0) && sum === partitions + 1) return;
    await setTimeout(LOOK_MS);
  }
}

/** What all processes of an engine have used so far. */
interface Reading {
  readonly cpuMs: number;
  readonly applied: number;
  readonly busBytes: number;
  readonly natsCpuMs: number;
  /** To the logs. */
  readonly appendedBytes: number;
}

async function read({ servers, meter }: Engine, nats: NatsNode): Promise<Reading> {
  return {
    cpuMs: await sumOf(servers, ({ cpuMs }) => cpuMs),
    applied: await sumOf(servers, ({ applied }) => applied),
    busBytes: await sumOf(servers, ({ busBytes }) => busBytes),
    natsCpuMs: await cpuMsOf(nats),
    appendedBytes: (await meter?.appendedBytes()) ?? 0,
  };
}

/** Processor time of NATS, where the machine tells: user and system, in hundredths of a second (proc(5)). */
async function cpuMsOf({ pid }: NatsNode): Promise<number> {
  const stat = await readFile(`/proc/${pid ?? 0}/stat`, 'utf8').catch(() => '');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return 10 * (Number(fields[11] ?? 0) + Number(fields[12] ?? 0));
}

async function measureRows(
  engines: readonly Engine[],
  settings: ClusterSettings,
  nats: NatsNode,
  onStage: (stage: string) => void,
): Promise<readonly ClusterRow[]> {
  const runs = new Map<string, ClusterRow[]>();
  for (let round = 0; round < settings.rounds; round += 1) {
    for (const [mix, parts] of MIXES) {
      for (const engine of engines) {
        const { name, front, tvs } = engine;
        onStage(`${name}, ${mix}, run ${round + 1} of ${settings.rounds}`);
        const target = targetOf(front, settings);
        const next = () => tvs.next(parts);
        const before = await read(engine, nats);
        const closed = await runClosed(target, settings.seconds, next);
        const after = await read(engine, nats);
        const paced = await runPaced(target, settings.seconds, PACED_PER_SECOND, next);
        const key = `${name} ${mix}`;
        const row = toRow({ engine: name, mix }, { closed, paced }, before, after);
        runs.set(key, [...(runs.get(key) ?? []), row]);
      }
    }
  }
  return [...runs.values()].map(medianRow);
}

function toRow(
  names: Pick<ClusterRow, 'engine' | 'mix'>,
  { closed, paced }: Record<'closed' | 'paced', LoadResult>,
  before: Reading,
  after: Reading,
): ClusterRow {
  const pushes = Math.max(1, closed.answered);
  return {
    ...names,
    syncsPerSecond: closed.answered / closed.seconds,
    cpuMs: (after.cpuMs - before.cpuMs) / pushes,
    natsCpuMs: names.engine === 'embedded' ? 0 : (after.natsCpuMs - before.natsCpuMs) / pushes,
    p50Ms: paced.p50Ms,
    p99Ms: paced.p99Ms,
    busBytes: (after.busBytes - before.busBytes) / pushes,
    logBytes: (after.appendedBytes - before.appendedBytes) / pushes,
    failed: closed.failed + paced.failed,
    applied: (after.applied - before.applied) / pushes,
  };
}

/** Each figure by itself: the median of all runs. */
function medianRow(rows: readonly ClusterRow[]): ClusterRow {
  const [first] = rows;
  if (first === undefined) throw new Error('nothing was measured');
  const of = (figure: (row: ClusterRow) => number): number => median(rows.map(figure));
  return {
    ...{ engine: first.engine, mix: first.mix },
    syncsPerSecond: of((row) => row.syncsPerSecond),
    cpuMs: of((row) => row.cpuMs),
    natsCpuMs: of((row) => row.natsCpuMs),
    p50Ms: of((row) => row.p50Ms),
    p99Ms: of((row) => row.p99Ms),
    busBytes: of((row) => row.busBytes),
    logBytes: of((row) => row.logBytes),
    failed: rows.reduce((sum, { failed }) => sum + failed, 0),
    applied: of((row) => row.applied),
  };
}

async function measureGrowth(
  engines: readonly Engine[],
  settings: ClusterSettings,
  onStage: (stage: string) => void,
): Promise<readonly ClusterGrowth[]> {
  const growth: ClusterGrowth[] = [];
  for (const { name, servers, partitions, meter } of engines) {
    if (partitions === undefined || meter === undefined) continue;
    onStage(`${name}, idle`);
    // What was pushed last is learned and published first.
    await setTimeout(IDLE_AFTER_MS);
    const before = await sumOf(servers, ({ busBytes }) => busBytes);
    const startMs = performance.now();
    await setTimeout(1000 * settings.seconds);
    const idleBytes = (await sumOf(servers, ({ busBytes }) => busBytes)) - before;
    const idleBytesPerSecond = (1000 * idleBytes) / (performance.now() - startMs);
    const devices = await sumOf(servers, (usage) => usage.devices);
    const publicationBytes = await meter.publicationBytes();
    for (const server of servers) await server.close();
    const checkpointBytes = await meter.checkpointBytes();
    growth.push({ partitions, idleBytesPerSecond, publicationBytes, checkpointBytes, devices });
  }
  return growth;
}

async function sumOf(
  servers: readonly ServerUnderLoad[],
  figure: (usage: ServerUsage) => number,
): Promise<number> {
  const usages = await Promise.all(servers.map((server) => server.usage()));
  return usages.reduce((sum, usage) => sum + figure(usage), 0);
}
