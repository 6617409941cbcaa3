import { access, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { crc32 } from 'node:zlib';
import { ClassicLevel } from 'classic-level';
import { SyncError } from '@omega-tv/types';
import {
  emptyFederation,
  type Cluster,
  type FederationCounters,
  type FederationState,
  type Trend,
} from '@omega-tv/federation';
import type { DeviceRecord } from '../decision/device-record.js';
import type {
  ConstellationStore,
  ServerCounters,
  StoreChange,
  StoredServer,
} from './constellation-store.js';

/** Written with each store; a store of another layout is refused. */
const LAYOUT = 2;
const HEAD_KEY = 'head';
const PUBLISHED_KEY = 'published';
const CLUSTERS = 'cluster!';
const TRENDS = 'trend!';
const MARKS = 'marks!';
const SNAPSHOTS = 'snapshot!';
/** Written once LevelDB has thrown away a part of its log; such a store stays refused. */
const DAMAGE_KEY = 'damage';
const CHECKSUM_BYTES = 4;

interface Head {
  readonly layout: number;
  readonly epoch: string;
  readonly counters: ServerCounters;
  readonly federationCounters: FederationCounters;
}

export interface LevelConstellationStoreOptions {
  readonly directory: string;
  /** Default: true. */
  readonly createIfMissing?: boolean;
}

type Level = ClassicLevel<string, Uint8Array>;

/**
 * Opens the embedded single-node store: LevelDB, one process a folder, each commit one synchronous
 * batch.
 * @throws SyncError `invalid-config` when the folder is missing, in use, or not readable as a store.
 * @example
 * ```ts
 * import { mkdtemp, rm } from 'node:fs/promises';
 * import { tmpdir } from 'node:os';
 * import path from 'node:path';
 * import { openLevelConstellationStore } from '@omega-tv/constellation';
 *
 * const directory = await mkdtemp(path.join(tmpdir(), 'server-')); // yours: a folder that stays
 * const store = await openLevelConstellationStore({ directory });
 * console.log(await store.load()); // => undefined
 * await store.close();
 * await rm(directory, { recursive: true });
 * ```
 */
export async function openLevelConstellationStore(
  options: LevelConstellationStoreOptions,
): Promise<ConstellationStore> {
  const { directory, createIfMissing = true } = options;
  if (!createIfMissing) await refuseMissing(directory);
  const db: Level = new ClassicLevel(directory, {
    // Where CURRENT is missing LevelDB would begin a new store and remove the old one's files.
    createIfMissing: createIfMissing && !(await holdsLevelFiles(directory)),
    valueEncoding: 'view',
  });
  try {
    await openWhole(db, directory);
  } catch (error) {
    throw openError(directory, error);
  }
  // After a failed append LevelDB goes on behind the torn record, and its recovery skips what lies
  // there: acknowledged commits would be lost. Opening anew starts a fresh log.
  let isTorn = false;
  let isClosed = false;
  async function reopenIfTorn(): Promise<void> {
    if (isClosed) throw invalidStore(directory, 'was closed');
    if (!isTorn) return;
    await db.close();
    await openWhole(db, directory);
    isTorn = false;
  }
  return {
    load: async () => {
      await reopenIfTorn();
      return load(db, directory);
    },
    loadDevice: async (deviceKey) => {
      const record = await db.get(MARKS + deviceKey);
      return record === undefined
        ? undefined
        : (fromRecord(MARKS + deviceKey, record) as DeviceRecord);
    },
    commit: async (change) => {
      await reopenIfTorn();
      try {
        await db.batch(toOperations(change), { sync: true });
      } catch (error) {
        isTorn = true;
        throw error;
      }
    },
    close: () => {
      isClosed = true;
      return db.close();
    },
  };
}

/**
 * Opens the database, unless commits are missing from it: LevelDB skips the blocks of its log that
 * do not match their checksum, and says so in its LOG file alone.
 */
async function openWhole(db: Level, directory: string): Promise<void> {
  await db.open();
  const log = await readFile(path.join(directory, 'LOG'), 'utf8');
  const damage = /\(ignoring error\) (.+)/.exec(log)?.[1];
  if (damage !== undefined) await db.put(DAMAGE_KEY, Buffer.from(damage), { sync: true });
  const known = await db.get(DAMAGE_KEY);
  if (known === undefined) return;
  await db.close();
  throw new Error(`it was damaged: ${Buffer.from(known).toString()}`);
}

async function load(db: Level, directory: string): Promise<StoredServer | undefined> {
  try {
    const record = await db.get(HEAD_KEY);
    if (record === undefined) return undefined;
    const head = fromRecord(HEAD_KEY, record) as Head;
    if (head.layout !== LAYOUT) throw new Error(`layout ${head.layout}, expected ${LAYOUT}`);
    const published = await db.get(PUBLISHED_KEY);
    return {
      epoch: head.epoch,
      counters: head.counters,
      federation: {
        clusters: await loadMap<Cluster>(db, CLUSTERS),
        trends: await loadMap<Trend>(db, TRENDS),
        counters: head.federationCounters,
        published:
          published === undefined
            ? emptyFederation().published
            : (fromRecord(PUBLISHED_KEY, published) as FederationState['published']),
      },
      frames: [...(await loadMap<Uint8Array>(db, SNAPSHOTS)).values()],
    };
  } catch (error) {
    throw openError(directory, error);
  }
}

async function loadMap<Value>(db: Level, prefix: string): Promise<ReadonlyMap<string, Value>> {
  const map = new Map<string, Value>();
  for await (const [key, record] of db.iterator({ gte: prefix, lt: `${prefix}\uffff` })) {
    map.set(key.slice(prefix.length), fromRecord(key, record) as Value);
  }
  return map;
}

function toOperations(change: StoreChange) {
  const head: Head = {
    layout: LAYOUT,
    epoch: change.epoch,
    counters: change.counters,
    federationCounters: change.federationCounters,
  };
  return [
    toOperation(HEAD_KEY, head),
    ...Array.from(change.devices, ([key, record]) => toOperation(MARKS + key, record)),
    ...Array.from(change.clusters, ([id, cluster]) => toOperation(CLUSTERS + id, cluster)),
    ...Array.from(change.trends, ([id, trend]) => toOperation(TRENDS + id, trend)),
    ...(change.published === undefined ? [] : [toOperation(PUBLISHED_KEY, change.published)]),
    ...toSnapshotOperations(change.snapshots),
  ];
}

function toSnapshotOperations(change: StoreChange['snapshots']) {
  if (change === undefined) return [];
  const { added, frame, expired } = change;
  return [
    toOperation(snapshotKey(added.version), frame),
    ...expired.map((version) => toOperation(snapshotKey(version), undefined)),
  ];
}

/** Keys in the order of versions. */
function snapshotKey(version: number): string {
  return SNAPSHOTS + String(version).padStart(16, '0');
}

function toOperation(key: string, value: object | undefined) {
  return value === undefined
    ? ({ type: 'del', key } as const)
    : ({ type: 'put', key, value: toRecord(key, value) } as const);
}

/** A record is a CRC-32 of its key and value, then the value: LevelDB checks no table as it reads. */
function toRecord(key: string, value: object): Buffer {
  const body = serialize(value);
  const record = Buffer.alloc(CHECKSUM_BYTES + body.length);
  record.writeUInt32LE(crc32(body, crc32(key)));
  record.set(body, CHECKSUM_BYTES);
  return record;
}

function fromRecord(key: string, record: Uint8Array): unknown {
  const body = record.subarray(CHECKSUM_BYTES);
  const isWhole = record.length > CHECKSUM_BYTES;
  if (!isWhole || Buffer.from(record).readUInt32LE() !== crc32(body, crc32(key))) {
    throw new Error(`the record ${key} does not match its checksum`);
  }
  return deserialize(body);
}

async function refuseMissing(directory: string): Promise<void> {
  try {
    await access(path.join(directory, 'CURRENT'));
  } catch (error) {
    throw invalidStore(directory, 'holds no store', error, 'check its name');
  }
}

async function holdsLevelFiles(directory: string): Promise<boolean> {
  const files = await readdir(directory).catch((): string[] => []);
  return files.some((name) => /^(MANIFEST-\d+|\d{6,}\.(ldb|log|sst))$/.test(name));
}

function openError(directory: string, error: unknown): SyncError<'invalid-config'> {
  const cause: unknown = error instanceof Error ? (error.cause ?? error) : error;
  const code = (cause as { code?: unknown } | undefined)?.code;
  if (code === 'LEVEL_LOCKED')
    return invalidStore(directory, 'is in use by another process', cause, 'stop it');
  const reason = cause instanceof Error ? cause.message : String(cause);
  return invalidStore(directory, `cannot be opened (${reason})`, cause);
}

function invalidStore(
  directory: string,
  problem: string,
  cause?: unknown,
  advice = 'restore it',
): SyncError<'invalid-config'> {
  const message = `The store ${directory} ${problem}; ${advice}, or choose another folder`;
  return new SyncError('invalid-config', message, { field: 'directory' }, { cause });
}
