import { loadCatalogue } from '@omega-tv/catalogue';
import { createSyncLoop, SyncClient, type WaitMemory } from '@omega-tv/client';
import { createAppLogger, resolveFromCaller, signalOfProcess } from '@omega-tv/command-line';
import type { BudgetTier } from '@omega-tv/compression';
import { createNodeV1Format, createNodeV2Format } from '@omega-tv/compression/node';
import type { SyncResult } from '@omega-tv/protocol';
import { systemClock, systemRandom } from '@omega-tv/types';
import { textStart } from '../recommender/text-start.js';
import { Television } from '../tv/television.js';
import { chooseCredentials } from './credentials.js';
import { createViewer, PERSONAS } from '@omega-tv/simulated-viewers';
import { describeFailure, describeRecoveries, describeSync, failureToJson } from './describe.js';

export interface RunOptions {
  readonly url: string;
  readonly deviceId: string;
  readonly data: string;
  /** Exchanges until it ends; without, a signal ends it. */
  readonly syncs?: number;
  readonly interval: number;
  readonly evenings: number;
  /** Default: the device id. */
  readonly seed?: number;
  /** The name of one. */
  readonly persona?: string;
  readonly budget?: BudgetTier;
  /** Whether completed titles leave this TV. */
  readonly shareTitles: boolean;
  /** Within how many milliseconds of a completion it is reported. */
  readonly reportWithin: number;
  readonly token?: string;
  readonly tokenFile?: string;
  readonly json: boolean;
  readonly logLevel: string;
}

/** Waits vary by this share of the interval, so that TVs do not move in step. */
const JITTER = 0.5;

/** Runs a TV: evenings in front of it, an exchange, again; until `syncs` or a signal ends it. */
export async function run(options: RunOptions): Promise<void> {
  const stopped = signalOfProcess();
  const logger = createAppLogger(options.logLevel);
  const catalogue = loadCatalogue();
  const { seed = options.deviceId } = options;
  const persona = PERSONAS.find(({ name }) => name === options.persona);
  const viewer = createViewer({ catalogue, seed, ...(persona === undefined ? {} : { persona }) });
  const directory = resolveFromCaller(options.data);
  // Without a logger: what it would log of a folder that cannot be used is said below, for people.
  const television = await Television.open({
    catalogue,
    directory,
    clock: systemClock,
    random: systemRandom,
    ...(options.logLevel === 'debug' ? { logger } : {}),
  });
  const kept = !television.recovered.some(
    ({ part, outcome }) => part === 'patterns' && outcome === 'memory-only',
  );
  stopped.addEventListener('abort', () => {
    warn(
      kept
        ? `stopping: what was learned is kept in ${directory}`
        : 'stopping: what was learned was in memory only, and is lost',
    );
  });
  try {
    describeRecoveries(directory, television.recovered).forEach(warn);
    const client = await SyncClient.create({
      url: options.url,
      deviceId: options.deviceId,
      format: createNodeV2Format({ titles: catalogue }),
      fallback: createNodeV1Format({ logger }),
      ...(options.budget === undefined ? {} : { budget: { tier: options.budget } }),
      store: television.store,
      titles: {
        catalogue,
        textStart: textStart(),
        areShared: options.shareTitles,
        reportSpreadMs: options.reportWithin,
      },
      logger,
      ...(await chooseCredentials(options)),
    });
    const rememberCompleted = async (
      viewings: readonly { readonly titleId: string; readonly completed: boolean }[],
    ): Promise<void> => {
      for (const { titleId, completed } of viewings) {
        if (completed) await client.titleCompleted(titleId);
      }
    };
    // What a crash may have left out: each title is remembered once.
    await rememberCompleted(television.watched);
    const exchange = async (signal: AbortSignal): Promise<SyncResult> => {
      for (let evening = 0; evening < options.evenings && !signal.aborted; evening += 1) {
        await rememberCompleted(await television.watchEvening(viewer));
      }
      return client.syncStore({ signal });
    };
    const { waitMemory } = client;
    const succeeded = await repeatExchange(exchange, { ...options, kept, waitMemory }, stopped);
    if (succeeded === 0 && !stopped.aborted) process.exitCode = 1;
  } finally {
    await television.close();
  }
}

interface RepeatOptions {
  /** Whether what is learned is on the disk. */
  readonly kept: boolean;
  readonly waitMemory: WaitMemory;
}

/** Exchanges until `syncs` are done or `stopped` is aborted; resolves with how many succeeded. */
async function repeatExchange(
  exchange: (signal: AbortSignal) => Promise<SyncResult>,
  { interval, syncs = Infinity, json, kept, waitMemory }: RunOptions & RepeatOptions,
  stopped: AbortSignal,
): Promise<number> {
  let current: Promise<unknown> = Promise.resolve();
  const loop = createSyncLoop({
    intervalMs: { min: interval * (1 - JITTER), max: interval * (1 + JITTER) },
    startWithinMs: 0,
    waitMemory,
    exchange: (signal) => {
      const running = exchange(signal);
      current = running.catch(() => undefined);
      return running;
    },
  });
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
}

function warn(line: string): void {
  process.stderr.write(`${line}\n`);
}
