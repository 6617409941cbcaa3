import { loadCatalogue } from '@omega-tv/catalogue';
import { SyncClient, type NetworkHints } from '@omega-tv/client';
import { createAppLogger, resolveFromCaller, signalOfProcess } from '@omega-tv/command-line';
import type { BudgetTier } from '@omega-tv/compression';
import { createNodeV1Format, createNodeV2Format } from '@omega-tv/compression/node';
import type { SyncResult } from '@omega-tv/protocol';
import { createViewer, PERSONAS, type Viewer } from '@omega-tv/simulated-viewers';
import { monotonicMs, systemClock, systemRandom, type Logger } from '@omega-tv/types';
import {
  chooseTransport,
  type ChosenTransport,
  type TransportChoice,
} from '../network/choose-transport.js';
import { FlashMeter } from '../operations/flash-meter.js';
import { serveControl } from '../operations/control-server.js';
import { TvMetrics } from '../operations/tv-metrics.js';
import { textStart } from '../recommender/text-start.js';
import { Television } from '../tv/television.js';
import { ViewingJournal, type OwnedViewing } from '../tv/viewing-journal.js';
import { chooseCredentials } from './credentials.js';
import { describeRecoveries } from './describe.js';
import { repeatExchange } from './repeat-exchange.js';
import { controlOf } from './running-tv.js';
import { warn } from './warn.js';

export interface RunOptions {
  readonly url: string;
  readonly transport: TransportChoice['transport'];
  /** UDP. Default: the port of the URL. */
  readonly quicPort?: number;
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
  readonly metered?: boolean;
  readonly saveData?: boolean;
  /** Who watches; default: nobody in particular. */
  readonly profile?: string;
  /** Whether that profile contributes nothing; default: as it was. */
  readonly private?: boolean;
  /** Whether completed titles leave this TV. */
  readonly shareTitles: boolean;
  /** Within how many milliseconds of a completion it is reported. */
  readonly reportWithin: number;
  /** Within how many milliseconds a viewing that was fed by hand is durable. */
  readonly commitWithin: number;
  readonly token?: string;
  readonly tokenFile?: string;
  readonly json: boolean;
  readonly logLevel: string;
}

/** Runs a TV: evenings in front of it, an exchange, again; until `syncs` or a signal ends it. */
export async function run(options: RunOptions): Promise<void> {
  const stopped = signalOfProcess();
  const logger = createAppLogger(options.logLevel);
  const directory = resolveFromCaller(options.data);
  const catalogue = loadCatalogue();
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
    const succeeded = await runTelevision(
      television,
      { ...options, directory, kept },
      logger,
      stopped,
    );
    if (succeeded === 0 && !stopped.aborted) process.exitCode = 1;
  } finally {
    await television.close();
  }
}

interface OpenedOptions extends RunOptions {
  readonly directory: string;
  /** Whether what is learned is on the disk. */
  readonly kept: boolean;
}

/** Resolves with how many exchanges succeeded. */
async function runTelevision(
  television: Television,
  options: OpenedOptions,
  logger: Logger,
  stopped: AbortSignal,
): Promise<number> {
  const { profile, kept, directory } = options;
  const flash = new FlashMeter(() => monotonicMs(systemClock));
  const metrics = new TvMetrics(flash);
  const line = await openLine(options, metrics);
  const client = await openClient(television, options, logger, { metrics, line });
  if (profile !== undefined && options.private !== undefined) {
    await client.keepPrivate(profile, options.private);
  }
  // What a crash may have left out: each title is remembered once.
  await rememberCompleted(client, television.watched);
  const journal = new ViewingJournal({
    windowMs: options.commitWithin,
    write: (viewings) => writeViewings(television, client, viewings),
    report: (error) => {
      warn(`warning: viewings cannot be written yet: ${String(error)}`);
    },
  });
  const viewer = viewerOf(options);
  const exchange = async (signal: AbortSignal): Promise<SyncResult> => {
    await journal.flush();
    const whose = profile === undefined ? {} : { profile };
    for (let evening = 0; evening < options.evenings && !signal.aborted; evening += 1) {
      const viewings = await television.watchEvening(viewer, whose);
      await rememberCompleted(
        client,
        viewings.map((one) => ({ ...one, ...whose })),
      );
    }
    return client.syncStore({ signal });
  };
  const repeated = repeatExchange(client, exchange, options);
  const { loop } = repeated;
  const control = controlOf({
    television,
    loop,
    flash,
    metrics,
    journal,
    windowMs: options.commitWithin,
  });
  const endControl = kept ? await serveControl(directory, control) : undefined;
  if (kept && endControl === undefined) {
    warn(
      `warning: ${directory} is too long a path for a socket: status, metrics and watch cannot ask this run`,
    );
  }
  try {
    return await repeated.run(stopped);
  } finally {
    await endControl?.();
    await journal.flush();
    await line.close();
  }
}

function viewerOf(options: RunOptions): Viewer {
  const persona = PERSONAS.find(({ name }) => name === options.persona);
  const seed = options.seed ?? options.deviceId;
  const catalogue = loadCatalogue();
  return createViewer({ catalogue, seed, ...(persona === undefined ? {} : { persona }) });
}

async function openClient(
  television: Television,
  options: OpenedOptions,
  logger: Logger,
  { metrics, line }: { readonly metrics: TvMetrics; readonly line: ChosenTransport },
): Promise<SyncClient> {
  const catalogue = loadCatalogue();
  return SyncClient.create({
    url: options.url,
    deviceId: options.deviceId,
    format: createNodeV2Format({ titles: catalogue }),
    fallback: createNodeV1Format({ logger }),
    budget: {
      ...(options.budget === undefined ? {} : { tier: options.budget }),
      network: () => hintsOf(options),
    },
    store: television.store,
    titles: {
      catalogue,
      textStart: textStart(),
      areShared: options.shareTitles,
      reportSpreadMs: options.reportWithin,
    },
    logger,
    metrics,
    transport: line.transport,
  });
}

/** What carries this TV's exchanges. */
async function openLine(options: OpenedOptions, metrics: TvMetrics): Promise<ChosenTransport> {
  const { url: baseUrl, transport, quicPort, directory } = options;
  return chooseTransport({
    ...{ baseUrl, transport, directory },
    ...(quicPort === undefined ? {} : { quicPort }),
    ...(await chooseCredentials(options)),
    onAnswered: (way) => {
      metrics.answeredOver(way);
    },
    onMissing: (why) => {
      warn(`warning: all goes over HTTPS: ${why}`);
    },
  });
}

/** What its owner said of the network: Node knows nothing of that. */
function hintsOf({ metered, saveData }: RunOptions): NetworkHints {
  return {
    ...(metered === undefined ? {} : { metered }),
    ...(saveData === undefined ? {} : { saveData }),
  };
}

/** Of one profile after the other, each in one step. */
async function writeViewings(
  television: Television,
  client: SyncClient,
  viewings: readonly OwnedViewing[],
): Promise<void> {
  for (const [profile, own] of byProfile(viewings)) {
    await television.remember(own, profile === undefined ? {} : { profile });
  }
  await rememberCompleted(client, viewings);
}

async function rememberCompleted(
  client: SyncClient,
  viewings: readonly Pick<OwnedViewing, 'titleId' | 'completed' | 'profile'>[],
): Promise<void> {
  const completed = viewings.filter((one) => one.completed);
  for (const [profile, own] of byProfile(completed)) {
    const ids = own.map(({ titleId }) => titleId);
    await client.titlesCompleted(ids, profile === undefined ? {} : { profile });
  }
}

function byProfile<One extends { readonly profile?: string | undefined }>(
  all: readonly One[],
): ReadonlyMap<string | undefined, readonly One[]> {
  const groups = new Map<string | undefined, One[]>();
  for (const one of all) groups.set(one.profile, [...(groups.get(one.profile) ?? []), one]);
  return groups;
}
