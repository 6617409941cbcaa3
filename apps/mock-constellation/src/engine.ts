import { prepareFolder, resolveFromCaller } from '@omega-tv/command-line';
import type { WireFormat } from '@omega-tv/compression';
import { createMiniLmCodec } from '@omega-tv/compression/node';
import {
  Constellation,
  openLevelConstellationStore,
  startPublishing,
  type AdministeredConstellation,
  type ObservedConstellation,
  type ServedConstellation,
  type ServerMetrics,
} from '@omega-tv/constellation';
import type { Logger } from '@omega-tv/types';
import { connectToNats } from './nats-connection.js';

/** What a server stands on: a folder of this machine, or NATS. */
export interface EngineOptions {
  /** `level`, or where NATS is: `nats://HOST:PORT`, several with commas. */
  readonly engine: string;
  readonly data: string;
  readonly minDevices: number;
  readonly publishEvery: number;
  readonly workers: number;
  readonly region?: string;
  readonly v1Only: boolean;
  readonly maxPending: number;
  readonly deviceDays: number;
  readonly cluster: string;
  readonly partitions?: number;
  readonly role: 'edge' | 'owner' | 'all';
  readonly replicas: number;
  readonly leaseMs?: number;
}

/** A server without its HTTP. */
export interface Engine {
  readonly constellation: ServedConstellation & ObservedConstellation & AdministeredConstellation;
  readonly isReady: () => boolean;
  /** Publishes from now on, and adds what only this engine counts. */
  readonly begin: (metrics: ServerMetrics) => void;
  readonly close: () => Promise<void>;
}

export async function openEngine(
  options: EngineOptions,
  format: WireFormat,
  logger: Logger,
): Promise<Engine> {
  await prepareFolder(resolveFromCaller(options.data));
  return options.engine === 'level'
    ? openEmbedded(options, format, logger)
    : openCluster(options, format, logger);
}

async function openEmbedded(
  options: EngineOptions,
  format: WireFormat,
  logger: Logger,
): Promise<Engine> {
  const directory = resolveFromCaller(options.data);
  const constellation = await Constellation.open({
    store: await openLevelConstellationStore({ directory }),
    ...sharedOptions(options, format, logger),
  });
  let publisher: ReturnType<typeof startPublishing> | undefined;
  return {
    constellation,
    isReady: () => true,
    begin: (metrics) => {
      const publishing = { everyMs: options.publishEvery, logger };
      publisher = startPublishing(metrics.timePublications(constellation), publishing);
    },
    close: async () => {
      await publisher?.stop();
      await constellation.close();
    },
  };
}

async function openCluster(
  options: EngineOptions,
  format: WireFormat,
  logger: Logger,
): Promise<Engine> {
  const { cluster, replicas, leaseMs, role, partitions, publishEvery, maxPending } = options;
  // Loaded here: one machine alone starts sooner without them.
  const { addClusterMetrics, ClusterNode, openBus } = await import('@omega-tv/nats');
  const connection = await connectToNats(options.engine);
  const lease = leaseMs === undefined ? {} : { leaseMs };
  const bus = await openBus({ connection, cluster, replicas, ...lease });
  const node = await ClusterNode.open({
    ...sharedOptions(options, format, logger),
    ...{ bus, role, maxPending, publishEveryMs: publishEvery },
    ...(partitions === undefined ? {} : { partitions }),
    scratch: resolveFromCaller(options.data),
  });
  return {
    constellation: node,
    isReady: () => node.isReady,
    begin: (metrics) => {
      addClusterMetrics(metrics.registry, node);
    },
    close: async () => {
      await node.close();
      await connection.close();
    },
  };
}

function sharedOptions(options: EngineOptions, format: WireFormat, logger: Logger) {
  return {
    ...{ format, logger, workers: options.workers, deviceDays: options.deviceDays },
    ...(options.v1Only ? {} : { snapshots: { codecs: [createMiniLmCodec()] as const } }),
    federation: { minDevices: options.minDevices },
    ...(options.region === undefined ? {} : { region: options.region }),
  };
}
