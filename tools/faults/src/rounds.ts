import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { startHttpProxy, type HttpFault, type Schedule } from '@omega-tv/fault-proxy';
import type { RandomSource } from '@omega-tv/types';
import { FAULT_KINDS, FULL_DISK, type FaultKind, type Scene } from './fault-kinds.js';
import { Server } from './server.js';
import { mountSmallDisk } from './small-disk.js';
import { Tv } from './tv.js';

export interface RoundsOptions {
  readonly rounds: number;
  readonly random: RandomSource;
  /** Which kinds are played. Default: all. */
  readonly isWanted?: (kind: FaultKind) => boolean;
  /** How long a process is stopped. */
  readonly freezeMs: number;
  /** A folder of its own, removed by the caller. */
  readonly folder: string;
  readonly onRound?: (done: number, name: string) => void;
  /** Told at once what does not add up. */
  readonly onProblem?: (problem: string) => void;
  readonly signal?: AbortSignal;
}

/** What the rounds of one kind of fault came to. */
export interface KindResult {
  readonly name: string;
  rounds: number;
  learned: number;
  acknowledged: number;
  /** Samples that a store, or the server, has no more although nothing took them away. */
  lost: number;
  /** Samples that the server counted twice. */
  doubled: number;
}

const none: Schedule<HttpFault> = () => ({ kind: 'none' });

/**
 * Plays rounds with a real TV and a real Constellation: something breaks while they sync, everything
 * is put right, the TV syncs until nothing waits, and the books of both are compared.
 * @returns a result for each kind of fault; the full disk is left out where none can be mounted.
 */
export async function playRounds(options: RoundsOptions): Promise<readonly KindResult[]> {
  const { folder, random, rounds, freezeMs, signal, onRound, onProblem } = options;
  const { isWanted = () => true } = options;
  let schedule = none;
  /** Samples that the server counted above what was learned. */
  let difference = 0;
  const server = await Server.create(folder);
  await server.start();
  const proxy = await startHttpProxy({ target: server.url, schedule: () => schedule() });
  const disk = await mountSmallDisk(path.join(folder, 'disk'));
  const url = `http://127.0.0.1:${proxy.port}`;
  const tv = new Tv(folder, 'tv-1', url);
  const onDisk = new Tv(disk?.folder ?? folder, 'tv-2', url);
  const tvs = [tv, ...(disk === undefined ? [] : [onDisk])];
  const kinds = [...FAULT_KINDS, ...(disk === undefined ? [] : [FULL_DISK])].filter(isWanted);
  const results = new Map(kinds.map(({ name }) => [name, emptyResult(name)]));
  const counted = new Map(tvs.map((one) => [one, 0]));
  const breakNetwork = (next: Schedule<HttpFault>): void => {
    schedule = next;
  };

  const playRound = async (kind: FaultKind): Promise<void> => {
    const victim = kind === FULL_DISK ? onDisk : tv;
    const before = victim.lostOnDisk;
    const scene: Scene = { tv: victim, server, random, freezeMs, breakNetwork, wait: waitFor };
    await victim.restart();
    await kind.strike(scene);
    breakNetwork(none);
    const books = await victim.settle();
    const expected = victim.expected(books);
    const result = results.get(kind.name) ?? emptyResult(kind.name);
    const gained = expected - (counted.get(victim) ?? 0);
    counted.set(victim, expected);
    const all = [...counted.values()].reduce((sum, count) => sum + count, 0);
    const accepted = await server.samplesAccepted();
    const lostOnDisk = victim.lostOnDisk - before;
    // What earlier rounds got wrong is theirs.
    const change = accepted - all - difference;
    difference += change;
    if (lostOnDisk > 0 || change !== 0 || books.waiting > 0) {
      const problem = `${kind.name}: ${lostOnDisk} samples lost on the disk, ${all} learned, ${accepted} counted`;
      onProblem?.(`${problem}; books ${JSON.stringify(books)}`);
    }
    result.rounds += 1;
    result.learned += gained;
    result.acknowledged += gained - books.waiting;
    result.lost += lostOnDisk + Math.max(0, -change);
    result.doubled += Math.max(0, change);
  };

  try {
    await mkdir(folder, { recursive: true });
    for (let round = 0; round < rounds && signal?.aborted !== true; round += 1) {
      const kind = kinds[round % kinds.length];
      if (kind === undefined) break;
      onRound?.(round + 1, kind.name);
      await playRound(kind);
    }
  } finally {
    await Promise.all([...tvs.map((one) => one.kill()), server.kill()]);
    await proxy.close();
    await disk?.unmount();
  }
  return [...results.values()].filter((result) => result.rounds > 0);
}

async function waitFor(ms: number): Promise<void> {
  await wait(ms);
}

function emptyResult(name: string): KindResult {
  return { name, rounds: 0, learned: 0, acknowledged: 0, lost: 0, doubled: 0 };
}
