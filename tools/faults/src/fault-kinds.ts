import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { atRandom, type HttpFault, type Schedule } from '@omega-tv/fault-proxy';
import type { RandomSource } from '@omega-tv/types';
import type { Server } from './server.js';
import type { Tv } from './tv.js';

const YEAR_MS = 365.25 * 86_400_000;
const FAULTS_OF_A_NETWORK: readonly HttpFault[] = [
  { kind: 'lose-request' },
  { kind: 'lose-answer' },
  { kind: 'duplicate' },
  { kind: 'cut-request', bytes: 60 },
  { kind: 'cut-answer', bytes: 60 },
  { kind: 'late', ms: 60 },
  { kind: 'encode', encoding: 'gzip' },
  { kind: 'portal', status: 200 },
  { kind: 'status', status: 503, retryAfter: '1' },
];
const NETWORK_RATE = 0.5;
const MAX_WAIT_MS = 500;

/** What a fault may touch. */
export interface Scene {
  readonly tv: Tv;
  readonly server: Server;
  readonly random: RandomSource;
  readonly freezeMs: number;
  breakNetwork(schedule: Schedule<HttpFault>): void;
  wait(ms: number): Promise<void>;
}

/** How a round goes wrong; the TV watches and syncs meanwhile, and runs again afterwards. */
export interface FaultKind {
  readonly name: string;
  readonly strike: (scene: Scene) => Promise<void>;
}

export const FAULT_KINDS: readonly FaultKind[] = [
  {
    name: 'TV killed',
    strike: async (scene) => {
      await someTime(scene);
      await scene.tv.kill();
      await scene.tv.restart();
    },
  },
  {
    name: 'server killed',
    strike: async (scene) => {
      await someTime(scene);
      await scene.server.kill();
      await someTime(scene);
      await scene.server.start();
    },
  },
  {
    name: 'both killed',
    strike: async (scene) => {
      await someTime(scene);
      await Promise.all([scene.tv.kill(), scene.server.kill()]);
      await scene.server.start();
      await scene.tv.restart();
    },
  },
  {
    name: 'network broken',
    strike: async (scene) => {
      scene.breakNetwork(atRandom(FAULTS_OF_A_NETWORK, NETWORK_RATE, scene.random));
      await someTime(scene);
      await someTime(scene);
    },
  },
  {
    name: 'network broken, TV killed',
    strike: async (scene) => {
      scene.breakNetwork(atRandom(FAULTS_OF_A_NETWORK, NETWORK_RATE, scene.random));
      await someTime(scene);
      await scene.tv.kill();
      await scene.tv.restart();
      await someTime(scene);
    },
  },
  {
    name: 'TV frozen',
    strike: async (scene) => {
      await someTime(scene);
      scene.tv.signal('SIGSTOP');
      await scene.wait(scene.freezeMs);
      scene.tv.signal('SIGCONT');
    },
  },
  {
    name: 'server frozen',
    strike: async (scene) => {
      await someTime(scene);
      scene.server.signal('SIGSTOP');
      await scene.wait(scene.freezeMs);
      scene.server.signal('SIGCONT');
    },
  },
  {
    name: 'clock a year ahead',
    strike: (scene) => jumpClock(scene, YEAR_MS),
  },
  {
    name: 'clock a year behind',
    strike: (scene) => jumpClock(scene, -YEAR_MS),
  },
  {
    name: 'server restored from a backup',
    strike: async (scene) => {
      await someTime(scene);
      await scene.server.stop();
      await scene.server.backup();
      await scene.server.start();
      await someTime(scene);
      await someTime(scene);
      await scene.server.stop();
      await scene.server.restore();
      await scene.server.start();
    },
  },
  {
    name: 'a bit of the TV’s store flipped',
    strike: async (scene) => {
      // The disk lies: what it loses is known only where the server has counted all.
      await scene.tv.settle();
      await flipBit(scene);
      await scene.tv.restartAfterLoss();
      await someTime(scene);
    },
  },
];

/** On a machine where a small disk can be mounted: the TV's is full for a while. */
export const FULL_DISK: FaultKind = {
  name: 'disk of the TV full',
  strike: async (scene) => {
    const filler = path.join(path.dirname(scene.tv.folder), 'filler');
    await fill(filler);
    await someTime(scene);
    if (scene.random.next() < 0.5) {
      await scene.tv.kill();
      await scene.tv.restart();
      await someTime(scene);
    }
    await rm(filler);
  },
};

async function someTime(scene: Scene): Promise<void> {
  await scene.wait(scene.random.next() * MAX_WAIT_MS);
}

async function jumpClock(scene: Scene, ms: number): Promise<void> {
  await someTime(scene);
  await scene.tv.kill();
  await scene.tv.restart(ms);
  await someTime(scene);
}

/** In a file that holds records, wherever. */
async function flipBit({ tv, random }: Scene): Promise<void> {
  const files = (await readdir(tv.folder)).filter((name) => /\.(ldb|log)$/.test(name));
  const name = files[Math.floor(random.next() * files.length)];
  if (name === undefined) return;
  const file = path.join(tv.folder, name);
  const bytes = await readFile(file);
  if (bytes.length === 0) return;
  const at = Math.floor(random.next() * bytes.length);
  bytes[at] = (bytes[at] ?? 0) ^ (1 << Math.floor(random.next() * 8));
  await writeFile(file, bytes);
}

/** Until nothing more fits. */
async function fill(file: string): Promise<void> {
  const block = Buffer.alloc(64 * 1024, 1);
  try {
    for (;;) await writeFile(file, block, { flag: 'a' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  }
}
