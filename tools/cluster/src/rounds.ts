import { setTimeout } from 'node:timers/promises';
import { monotonicMs, type Clock } from '@omega-tv/types';
import type { Cluster } from './cluster.js';
import type { Fault } from './faults.js';
import type { Probes } from './probes.js';
import type { Books, Tvs } from './tvs.js';

/** So many leases long a fault lasts: one that is frozen has lost them by then. */
const FAULT_LEASES = 2;
/** Between two attempts of the fleet. */
const PAUSE_MS = 100;

/** A round as it ended. */
export interface RoundResult extends Books {
  readonly fault: string;
  /** Exchanges that were answered while something was broken, and those that were told to come back. */
  readonly answered: number;
  readonly sentAway: number;
  /** From when it was put right until no TV had anything left, in seconds. */
  readonly settledS: number;
  /** The longest that no machine took pushes of a partition, in seconds. */
  readonly awayS: number;
  /** By the servers, together. */
  readonly accepted: number;
}

export interface RoundsOptions {
  readonly cluster: Cluster;
  readonly tvs: Tvs;
  readonly probes: Probes;
  readonly rounds: number;
  readonly faults: readonly Fault[];
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly onRound: (done: number, name: string) => void;
}

/** Breaks one thing after another while TVs sync, and compares the books after each. */
export async function playRounds(options: RoundsOptions): Promise<readonly RoundResult[]> {
  const results: RoundResult[] = [];
  for (let round = 0; round < options.rounds; round += 1) {
    const fault = options.faults[round % options.faults.length];
    if (fault === undefined) break;
    options.onRound(round + 1, fault.name);
    results.push(await play(fault, options));
  }
  return results;
}

async function play(fault: Fault, options: RoundsOptions): Promise<RoundResult> {
  const { cluster, tvs, probes, clock, signal } = options;
  // As an operator would: no node is taken down while another one is being filled.
  await cluster.caughtUp(signal);
  await tvs.learn();
  if (fault.prepare !== undefined) {
    await Promise.all([tvs.sync(), fault.prepare(cluster)]);
    await tvs.learn();
  }
  await probes.answered(signal);
  probes.takeLongestMs();
  const startMs = monotonicMs(clock);
  const isOver = (): boolean => monotonicMs(clock) - startMs >= FAULT_LEASES * cluster.leaseMs;
  const first = tvs.sync(isOver);
  await fault.strike(cluster);
  let { answered, sentAway } = await first;
  while (!isOver()) {
    const more = await tvs.sync(isOver);
    answered += more.answered;
    sentAway += more.sentAway;
    await setTimeout(PAUSE_MS, undefined, { signal });
  }
  await fault.mend(cluster);
  const mendedMs = monotonicMs(clock);
  // Each TV once at least: what a server has lost a TV hears from its answer.
  while ((await tvs.sync()).answered < tvs.count || (await tvs.books()).waiting > 0) {
    await setTimeout(PAUSE_MS, undefined, { signal });
  }
  const settledS = (monotonicMs(clock) - mendedMs) / 1000;
  await cluster.ready(signal);
  await probes.answered(signal);
  const awayS = probes.takeLongestMs() / 1000;
  const books = await tvs.books();
  return {
    ...{ fault: fault.name, ...books, answered, sentAway, settledS, awayS },
    accepted: await acceptedOnce(cluster, books.acknowledged, signal),
  };
}

/** A partition that changes hands is counted by neither for a moment: it is read again, for a while. */
async function acceptedOnce(
  cluster: Cluster,
  expected: number,
  signal: AbortSignal,
): Promise<number> {
  let accepted = await cluster.samplesAccepted();
  for (let look = 0; look < 100 && accepted !== expected; look += 1) {
    await setTimeout(PAUSE_MS, undefined, { signal });
    accepted = await cluster.samplesAccepted();
  }
  return accepted;
}
