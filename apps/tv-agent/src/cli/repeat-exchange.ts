import { createSyncLoop, type SyncClient, type SyncLoop } from '@omega-tv/client';
import type { SyncResult } from '@omega-tv/protocol';
import { networkUp } from '../network/network-up.js';
import { describeFailure, describeSync, failureToJson } from './describe.js';
import { warn } from './warn.js';

/** Waits vary by this share of the interval, so that TVs do not move in step. */
const JITTER = 0.5;

interface RepeatOptions {
  readonly interval: number;
  /** Exchanges until it ends, failed ones included. */
  readonly syncs?: number;
  readonly json: boolean;
  /** Whether what is learned is on the disk. */
  readonly kept: boolean;
}

export interface RepeatedExchange {
  readonly loop: SyncLoop;
  /** Runs until `syncs` are done or the signal is aborted; resolves with how many succeeded. */
  run(stopped: AbortSignal): Promise<number>;
}

/** A loop of exchanges that says in lines how each went. */
export function repeatExchange(
  client: SyncClient,
  exchange: (signal: AbortSignal) => Promise<SyncResult>,
  { interval, syncs = Infinity, json, kept }: RepeatOptions,
): RepeatedExchange {
  let current: Promise<unknown> = Promise.resolve();
  const loop = createSyncLoop({
    intervalMs: { min: interval * (1 - JITTER), max: interval * (1 + JITTER) },
    startWithinMs: 0,
    waitMemory: client.waitMemory,
    standing: () => client.standing(),
    networkUp$: networkUp(),
    exchange: (signal) => {
      const running = exchange(signal);
      current = running.catch(() => undefined);
      return running;
    },
  });
  const run = async (stopped: AbortSignal): Promise<number> => {
    let done = 0;
    let succeeded = 0;
    if (stopped.aborted) return succeeded;
    await new Promise<void>((resolve) => {
      const countOne = (): void => {
        done += 1;
        if (done >= syncs) running.unsubscribe();
      };
      loop.results$.subscribe((result) => {
        succeeded += 1;
        process.stdout.write(`${json ? JSON.stringify(result) : describeSync(done + 1, result)}\n`);
        countOne();
      });
      loop.errors$.subscribe((error) => {
        if (json) process.stdout.write(`${failureToJson(error)}\n`);
        else warn(describeFailure(done + 1, error, kept));
        countOne();
      });
      const running = loop.start();
      running.add(resolve);
      stopped.addEventListener('abort', () => {
        running.unsubscribe();
      });
    });
    await current;
    return succeeded;
  };
  return { loop, run };
}
