import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { createTokenKey, mintDeviceToken, printTokenKeys } from '@omega-tv/constellation';
import { PATHS } from '@omega-tv/protocol';
import { createRandom } from '@omega-tv/seeded-random';
import { runClosed, runPaced, type LoadResult } from './http-load.js';
import { measureConnections } from './measure-connections.js';
import { measureDecisions, type DecisionCost } from './measure-decisions.js';
import { measureDevices, type DeviceCost } from './measure-devices.js';
import { measureEnvelope } from './measure-envelope.js';
import { measureExchanges, type ExchangeBytes } from './measure-exchanges.js';
import { median } from './median.js';
import { Messages, MOST_PATTERNS, TASTE_PUSHES } from './messages.js';
import type { ServerOrder, ServerUsage } from './server-process.js';
import { ServerUnderLoad } from './server-under-load.js';
import { EVENING, nameOfTv, only, Tvs, type Mix, type Poll, type Push } from './tvs.js';

export interface LoadSettings {
  readonly tvs: number;
  /** Of each run. */
  readonly seconds: number;
  readonly connections: number;
  /** Runs of each kind, taking turns; medians are reported. */
  readonly rounds: number;
  readonly workers: number;
  readonly variants: number;
  /** For what a device costs on the disk and in memory. */
  readonly devices: number;
}

/** What pushes of one kind cost a server. */
export interface LoadRow {
  readonly name: string;
  readonly syncsPerSecond: number;
  /** Processor time of all of the server's threads. */
  readonly cpuMs: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly bytesUp: number;
  readonly bytesDown: number;
  /** Not answered, or answered with an error. */
  readonly failed: number;
  /** Of those that were answered, how many counted. */
  readonly applied: number;
}

/** The p99 of honest pushes, beside a trouble and without. */
interface Disturbance {
  readonly name: string;
  readonly quietP99Ms: number;
  readonly p99Ms: number;
}

export interface LoadReport {
  readonly settings: LoadSettings;
  readonly rows: readonly LoadRow[];
  readonly disturbances: readonly Disturbance[];
  readonly device: DeviceCost;
  /** Memory of a connection that says nothing. */
  readonly connectionBytes: number;
  readonly decision: DecisionCost;
  readonly exchange: ExchangeBytes;
  /** See `measureEnvelope`; absent where there is no NATS. */
  readonly busEnvelopeBytes?: number;
}

const PACED_PER_SECOND = 50;
const IDLE_CONNECTIONS = 2000;
const HOSTILE_BYTES_PER_SECOND = 4096;
const ANSWER_BYTES = 120;
const PUBLISH_EVERY_MS = 2000;

interface Kind {
  readonly name: string;
  /** Or what is asked instead of pushing. */
  readonly mix: Mix | Poll;
  readonly asked: 'bare' | 'constellation' | 'uncached';
}

const KINDS: readonly Kind[] = [
  { name: 'bare Fastify, constant bytes', mix: only(0), asked: 'bare' },
  { name: 'newest version', mix: { path: PATHS.version }, asked: 'constellation' },
  { name: 'a poll', mix: only('poll'), asked: 'constellation' },
  { name: 'empty', mix: only(0), asked: 'constellation' },
  { name: 'empty, each token checked anew', mix: only(0), asked: 'uncached' },
  { name: 'a completion, with the viewer', mix: only('completion'), asked: 'constellation' },
  { name: '3 patterns', mix: only(3), asked: 'constellation' },
  { name: '10 patterns', mix: only(10), asked: 'constellation' },
  { name: 'evening: 70 % empty, 25 % 1 to 3, 5 % 10', mix: EVENING, asked: 'constellation' },
  {
    name: `the dearest: ${MOST_PATTERNS} patterns of new genres`,
    mix: only('dearest'),
    asked: 'constellation',
  },
];

/** Measures all of it; servers and their folders are gone when it resolves. */
export async function measureLoad(
  settings: LoadSettings,
  onStage: (stage: string) => void,
): Promise<LoadReport> {
  const folder = await mkdtemp(path.join(tmpdir(), 'omega-tv-load-'));
  const servers: ServerUnderLoad[] = [];
  try {
    onStage('coding messages');
    const messages = new Messages([1, 2, 3, 10], settings.variants);
    onStage('minting tokens');
    const { keys, tokens } = await mintTokens(settings.tvs + 1);
    const attacker = { deviceId: nameOfTv(settings.tvs), token: tokens.pop() };
    const start = async (order: ServerOrder): Promise<ServerUnderLoad> => {
      const server = await ServerUnderLoad.start(order);
      servers.push(server);
      return server;
    };
    const directory = path.join(folder, 'store');
    const { workers } = settings;
    const bare = await start({ kind: 'bare', answerBytes: ANSWER_BYTES });
    const constellation = await start({ kind: 'constellation', directory, keys, workers });
    const uncached = await start({
      kind: 'constellation',
      directory: path.join(folder, 'uncached'),
      keys,
      workers,
      maxCached: 0,
    });
    // What another server took, none must miss: each has TVs of its own.
    const withTvs = (server: ServerUnderLoad): Asked => ({
      server,
      tvs: new Tvs(messages, tokens, createRandom('tvs')),
    });
    const asked = {
      bare: withTvs(bare),
      constellation: withTvs(constellation),
      uncached: withTvs(uncached),
    };
    const bench = { settings, asked, messages, attacker };
    // Code is compiled and tokens are verified once.
    const { tvs } = asked.constellation;
    await runClosed(targetOf(constellation, settings), settings.seconds, () => tvs.next(EVENING));
    const rows = await measureKinds(bench, onStage);
    const disturbances = await measureDisturbances(bench, onStage);
    onStage('connections');
    const connectionBytes = await measureConnections(uncached, IDLE_CONNECTIONS);
    for (const server of servers) await server.close();
    onStage('devices');
    const device = await measureDevices(path.join(folder, 'devices'), settings.devices);
    onStage('decisions');
    const decision = await measureDecisions(path.join(folder, 'decisions'), messages, settings);
    onStage('exchanges');
    const exchange = await measureExchanges();
    const busEnvelopeBytes = await measureEnvelope();
    const bus = busEnvelopeBytes === undefined ? {} : { busEnvelopeBytes };
    const costs = { device, connectionBytes, decision, exchange, ...bus };
    return { settings, rows, disturbances, ...costs };
  } finally {
    for (const server of servers) server.kill();
    await rm(folder, { recursive: true, force: true });
  }
}

/** A server under load, and the TVs that ask it. */
interface Asked {
  readonly server: ServerUnderLoad;
  readonly tvs: Tvs;
}

/** What is measured, and with what. */
interface Bench {
  readonly settings: LoadSettings;
  readonly asked: Readonly<Record<Kind['asked'], Asked>>;
  readonly messages: Messages;
  readonly attacker: Attacker;
}

/** A device with a token that means harm. */
interface Attacker {
  readonly deviceId: string;
  readonly token: string | undefined;
}

function targetOf({ url }: ServerUnderLoad, { connections }: LoadSettings) {
  return { url, connections };
}

async function measureKinds(
  { settings, asked }: Bench,
  onStage: (stage: string) => void,
): Promise<readonly LoadRow[]> {
  const runs = new Map<string, LoadRow[]>();
  for (let round = 0; round < settings.rounds; round += 1) {
    for (const { name, mix, asked: which } of KINDS) {
      onStage(`${name}, run ${round + 1} of ${settings.rounds}`);
      const { server, tvs } = asked[which];
      const before = await server.usage();
      const result = await runClosed(targetOf(server, settings), settings.seconds, () =>
        'path' in mix ? mix : tvs.next(mix),
      );
      const after = await server.usage();
      runs.set(name, [...(runs.get(name) ?? []), toRow(name, result, before, after)]);
    }
  }
  return KINDS.map(({ name }) => medianRow(runs.get(name) ?? []));
}

function toRow(name: string, result: LoadResult, before: ServerUsage, after: ServerUsage): LoadRow {
  const { answered, failed, seconds, p50Ms, p99Ms } = result;
  const pushes = Math.max(1, answered);
  return {
    name,
    syncsPerSecond: answered / seconds,
    cpuMs: (after.cpuMs - before.cpuMs) / pushes,
    p50Ms,
    p99Ms,
    bytesUp: result.bytesUp / pushes,
    bytesDown: result.bytesDown / pushes,
    failed,
    applied: (after.applied - before.applied) / pushes,
  };
}

function medianRow(rows: readonly LoadRow[]): LoadRow {
  const [middle] = [...rows]
    .sort((a, b) => a.cpuMs - b.cpuMs)
    .slice(Math.floor((rows.length - 1) / 2));
  if (middle === undefined) throw new Error('nothing was measured');
  const p99Ms = median(rows.map((row) => row.p99Ms));
  return { ...middle, p99Ms, failed: rows.reduce((sum, { failed }) => sum + failed, 0) };
}

/** Honest pushes at an easy pace: alone, beside publications, beside hostile pushes; in turns. */
async function measureDisturbances(
  bench: Bench,
  onStage: (stage: string) => void,
): Promise<readonly Disturbance[]> {
  const { settings, asked } = bench;
  const { server, tvs } = asked.constellation;
  const target = targetOf(server, settings);
  const honest = (): Promise<LoadResult> =>
    runPaced(target, settings.seconds, PACED_PER_SECOND, () => tvs.next(EVENING));
  const [quiet, publishing, hostile]: [number[], number[], number[]] = [[], [], []];
  const versions: number[] = [];
  for (let round = 0; round < settings.rounds; round += 1) {
    onStage(`honest pushes, run ${round + 1} of ${settings.rounds}`);
    // What was pushed before a run is none of its troubles.
    await server.checkpoint();
    quiet.push((await honest()).p99Ms);
    // All clusters have changed by the first publication, and some by those after it.
    await fill(bench);
    await server.checkpoint();
    const published = beside(async () => {
      versions.push(await server.publish());
    }, PUBLISH_EVERY_MS);
    publishing.push((await honest()).p99Ms);
    await published.stop();
    await server.checkpoint();
    const attacked = attack(bench, 1000 * round);
    hostile.push((await honest()).p99Ms);
    await attacked;
  }
  const quietP99Ms = median(quiet);
  return [
    { name: nameOfPublications(versions), quietP99Ms, p99Ms: median(publishing) },
    { name: '4 KB/s of the dearest pushes', quietP99Ms, p99Ms: median(hostile) },
  ];
}

/** Says how many had something to publish. */
function nameOfPublications(versions: readonly number[]): string {
  const published = new Set(versions.filter((version) => version > 0));
  return `publications (${published.size} new of ${versions.length})`;
}

/** Brings each cluster that a server may have what one more change of it takes. */
async function fill({ settings, asked }: Bench): Promise<void> {
  const { server, tvs } = asked.constellation;
  const next = (): Push => tvs.next(only('tastes'));
  const { failed } = await runPaced(targetOf(server, settings), 1, TASTE_PUSHES, next);
  if (failed > 0) throw new Error(`${failed} of ${TASTE_PUSHES} pushes failed`);
}

/** Sends what costs a server most, each of it new. */
async function attack(
  { settings, asked, messages, attacker }: Bench,
  behind: number,
): Promise<void> {
  const { deviceId, token } = attacker;
  let sent = 0;
  const next = (): Push => {
    sent += 1;
    // An epoch of its own each time: it is decoded, whatever was decided before.
    const body = messages.frame(deviceId, 1, 'dearest', behind + sent + 1);
    return { body, token };
  };
  const { length } = messages.frame(deviceId, 1, 'dearest');
  const perSecond = HOSTILE_BYTES_PER_SECOND / length;
  await runPaced(targetOf(asked.constellation.server, settings), settings.seconds, perSecond, next);
}

/** Does something again and again until it is stopped. */
function beside(work: () => Promise<void>, everyMs: number): { stop(): Promise<void> } {
  const stopped = new AbortController();
  const { signal } = stopped;
  const again = async (): Promise<void> => {
    await work();
    await setTimeout(everyMs, undefined, { signal }).catch(() => undefined);
    if (!signal.aborted) await again();
  };
  const running = again();
  return {
    stop: async () => {
      stopped.abort();
      await running;
    },
  };
}

async function mintTokens(count: number) {
  const keys = [await createTokenKey()];
  const tokens: string[] = [];
  for (let tv = 0; tv < count; tv += 1) {
    tokens.push(await mintDeviceToken({ keys, deviceId: nameOfTv(tv), expiresInS: 86_400 }));
  }
  return { keys: printTokenKeys(keys), tokens };
}
