import {
  Constellation,
  createServer,
  openLevelConstellationStore,
  startPublishing,
} from '@omega-tv/constellation';
import { createMiniLmCodec, createNodeV1Format } from '@omega-tv/compression/node';
import {
  createAppLogger,
  prepareFolder,
  resolveFromCaller,
  signalOfProcess,
} from '@omega-tv/command-line';
import { createRandom } from '@omega-tv/seeded-random';
import { installFaults, type Faults } from './faults.js';

export interface ServeOptions {
  readonly host: string;
  readonly port: number;
  readonly data: string;
  readonly minDevices: number;
  readonly publishEvery: number;
  readonly region?: string;
  readonly v1Only: boolean;
  readonly logLevel: string;
  readonly faultLatency: number;
  readonly faultErrorRate: number;
  readonly faultTruncateRate: number;
  readonly faultVersionOffset: number;
  readonly faultSeed: number;
}

/** Serves until a signal arrives, then ends cleanly: requests under way are answered first. */
export async function serve(options: ServeOptions): Promise<void> {
  const stopped = signalOfProcess();
  const logger = createAppLogger(options.logLevel);
  const format = createNodeV1Format({ logger });
  const directory = resolveFromCaller(options.data);
  await prepareFolder(directory);
  const store = await openLevelConstellationStore({ directory });
  const constellation = await Constellation.open({
    store,
    format,
    ...(options.v1Only ? {} : { snapshots: { codecs: [createMiniLmCodec()] } }),
    logger,
    federation: { minDevices: options.minDevices },
    ...(options.region === undefined ? {} : { region: options.region }),
  });
  const app = createServer(constellation, { logger });
  installFaults(app, toFaults(options), format, createRandom('faults', options.faultSeed));
  const publisher = startPublishing(constellation, { everyMs: options.publishEvery, logger });
  try {
    const url = await app.listen({ host: options.host, port: options.port });
    process.stdout.write(`Constellation listening on ${url}\n`);
    if (!stopped.aborted) {
      await new Promise((resolve) => {
        stopped.addEventListener('abort', resolve, { once: true });
      });
    }
    process.stderr.write('stopping: requests under way are answered first\n');
  } finally {
    await app.close();
    await publisher.stop();
    await constellation.close();
  }
}

function toFaults(options: ServeOptions): Faults {
  return {
    latencyMs: options.faultLatency,
    errorRate: options.faultErrorRate,
    truncateRate: options.faultTruncateRate,
    versionOffset: options.faultVersionOffset,
  };
}
