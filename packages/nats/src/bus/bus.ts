import { jetstream, jetstreamManager, StorageType } from '@nats-io/jetstream';
import type { JetStreamClient, JetStreamManager, StreamConfig } from '@nats-io/jetstream';
import { Kvm, type KV } from '@nats-io/kv';
import type { NatsConnection } from '@nats-io/nats-core';
import { SyncError } from '@omega-tv/types';
import { isStreamNotFound } from './stream-not-found.js';
import { clusterNames, type ClusterNames } from '../cluster-names.js';

const DEFAULT_LEASE_MS = 4000;
const DEFAULT_CLUSTER = 'omega';
const NANOS_PER_MS = 1e6;
/**
 * What NATS has not answered after so long it will not: it has lost a leader, and the next one does not know
 * of the question. Who makes streams waits longer.
 */
const REQUEST_TIMEOUT_MS = 2000;
/** What a message carries beside its payload, headers of our own included. */
const ENVELOPE_BYTES = 1024;
const MAX_MESSAGE_BYTES = 512 * 1024;

export interface BusOptions {
  readonly connection: NatsConnection;
  /** Several clusters may share a NATS account. Default: `omega`. */
  readonly cluster?: string;
  /** Of each stream: 3 on a cluster of NATS nodes. Default: 1. */
  readonly replicas?: number;
  /** How long a lease holds that is not renewed, in a new cluster. Default: as it was made, or 4,000. */
  readonly leaseMs?: number;
}

/** A cluster's streams and buckets on NATS. */
export interface Bus {
  readonly connection: NatsConnection;
  readonly names: ClusterNames;
  readonly js: JetStreamClient;
  readonly jsm: JetStreamManager;
  readonly state: KV;
  readonly leases: KV;
  readonly leaseMs: number;
  readonly replicas: number;
  /** Most bytes of a payload. */
  readonly maxPayloadBytes: number;
}

/**
 * Makes what is missing of a cluster's streams and buckets, and opens them.
 * @throws SyncError `invalid-config` for a name that cannot be, or another lease than the cluster was made
 * with; what NATS throws.
 */
export async function openBus(options: BusOptions): Promise<Bus> {
  const { connection, replicas = 1 } = options;
  const names = clusterNames(options.cluster ?? DEFAULT_CLUSTER);
  const js = jetstream(connection, { timeout: REQUEST_TIMEOUT_MS });
  const jsm = await jetstreamManager(connection, { timeout: REQUEST_TIMEOUT_MS });
  const [making, using] = [new Kvm(jetstream(connection)), new Kvm(js)];
  // A replica that lags behind must not say who owns what.
  const bucket = { history: 1, replicas, storage: StorageType.File, allow_direct: false };
  await making.create(names.state, bucket);
  await making.create(names.leases, {
    ...bucket,
    ttl: options.leaseMs ?? DEFAULT_LEASE_MS,
  });
  const leaseMs = await readLeaseMs(jsm, names);
  checkLease(options.leaseMs, leaseMs, names);
  const [state, leases] = [await using.open(names.state), await using.open(names.leases)];
  const allowed = (connection.info?.max_payload ?? MAX_MESSAGE_BYTES) - ENVELOPE_BYTES;
  const bus: Bus = {
    ...{ connection, names, js, jsm, state, leases, leaseMs, replicas },
    maxPayloadBytes: Math.min(allowed, MAX_MESSAGE_BYTES),
  };
  await ensureStream(bus, { name: names.blobs, subjects: [names.blobSubject('*', '*')] });
  return bus;
}

/**
 * Opens a cluster's streams and buckets as they were made.
 * @throws SyncError `invalid-config` where there is no such cluster; what NATS throws.
 */
export async function openExistingBus({
  connection,
  cluster = DEFAULT_CLUSTER,
}: Pick<BusOptions, 'connection' | 'cluster'>): Promise<Bus> {
  const names = clusterNames(cluster);
  const { streams } = await jetstreamManager(connection);
  try {
    const { config } = await streams.info(`KV_${names.state}`);
    return await openBus({ connection, cluster, replicas: config.num_replicas });
  } catch (error) {
    if (!isStreamNotFound(error)) throw error;
    const message = `There is no cluster ${cluster} on this NATS`;
    throw new SyncError('invalid-config', message, { field: 'cluster' }, { cause: error });
  }
}

/** A bucket that is there keeps its time: it is the cluster's, whatever a node would have. */
async function readLeaseMs(
  { streams }: JetStreamManager,
  { leases }: ClusterNames,
): Promise<number> {
  const { config } = await streams.info(`KV_${leases}`);
  return config.max_age / NANOS_PER_MS;
}

/** @throws SyncError `invalid-config` for another lease than the cluster was made with. */
function checkLease(wanted: number | undefined, leaseMs: number, { cluster }: ClusterNames): void {
  if (wanted === undefined || wanted === leaseMs) return;
  const message = `The cluster ${cluster} was made with leases of ${leaseMs} ms, not ${wanted}; all nodes go by the same`;
  throw new SyncError('invalid-config', message, { field: 'leaseMs' });
}

/** Makes a stream that is kept in files until it is purged; one that is there stays. */
export async function ensureStream(
  { connection, replicas }: Pick<Bus, 'connection' | 'replicas'>,
  config: Pick<StreamConfig, 'name' | 'subjects'>,
): Promise<void> {
  const jsm = await jetstreamManager(connection);
  await jsm.streams.add({
    ...config,
    storage: StorageType.File,
    num_replicas: replicas,
    allow_direct: true,
  });
}
