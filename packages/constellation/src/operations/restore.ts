import { randomBytes } from 'node:crypto';
import { readdir, rename, rm, rmdir } from 'node:fs/promises';
import type { DurableRecords } from '@omega-tv/level';
import { emptyFederation, emptyLearning, type CohortKeys } from '@omega-tv/federation';
import { SyncError, systemClock, type Clock } from '@omega-tv/types';
import { createCohortKeys } from '../secrets.js';
import { openServerRecords } from '../store/open-server-records.js';
import { readBackupFile, verifyBackupFile } from './backup-file.js';
import { toRecordOperation, type BackupEntry } from './backup-entry.js';

const BATCH = 512;
const MINUTE_MS = 60_000;
/** Generations count minutes from here after a restore: small numbers cost TVs fewer bytes. */
const GENERATIONS_FROM_MS = Date.UTC(2026, 0, 1);

export interface RestoreOptions {
  /** Numbers what is published from now on. Default: the machine's. */
  readonly clock?: Clock;
  /** Draws the new server epoch. Default: the machine's random source. */
  readonly keys?: Pick<CohortKeys, 'drawKey'>;
}

/**
 * Makes a server's store from a backup, in a folder that is missing or empty: there whole or not at
 * all. It gets a new server epoch, so that TVs repeat what the backup lacks, and numbers for what it
 * publishes that no TV and no cache knows: versions go on from the present time in milliseconds.
 * @throws SyncError `invalid-config` for a file that is no whole backup, or a folder that holds
 * something; else what the file system throws.
 * @example
 * ```ts
 * import { restoreStore } from '@omega-tv/constellation';
 *
 * const file = '/nowhere/server.backup'; // yours: what backupStore wrote
 * const error = await restoreStore(file, '/nowhere/store').catch((cause) => cause);
 * console.log(error.code); // => ENOENT
 * ```
 */
export async function restoreStore(
  file: string,
  directory: string,
  { clock = systemClock, keys = createCohortKeys() }: RestoreOptions = {},
): Promise<void> {
  await refuseUnlessEmpty(directory);
  await verifyBackupFile(file);
  const entries = restoredEntries(file, { clock, keys });
  const partial = `${directory}.${randomBytes(6).toString('hex')}.partial`;
  try {
    const records = await openServerRecords({ directory: partial });
    try {
      await fill(records, entries);
    } finally {
      await records.close();
    }
    await rmdir(directory).catch(() => undefined);
    await rename(partial, directory);
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    throw error;
  }
}

async function refuseUnlessEmpty(directory: string): Promise<void> {
  const names = await readdir(directory).catch((error: unknown): string[] => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  });
  if (names.length === 0) return;
  const message = `The folder ${directory} is not empty; restore into a new one`;
  throw new SyncError('invalid-config', message, { field: 'directory' });
}

async function fill(records: DurableRecords, entries: AsyncIterable<BackupEntry>): Promise<void> {
  let batch: BackupEntry[] = [];
  const write = async (): Promise<void> => {
    const operations = batch.map(toRecordOperation);
    batch = [];
    await records.write(() => operations);
  };
  for await (const entry of entries) {
    batch.push(entry);
    if (batch.length >= BATCH) await write();
  }
  await write();
}

/**
 * What a server of a new epoch begins with, as in `restoreStore`; for stores of other engines. Only the
 * end says that the file is whole: see `verifyBackupFile`.
 * @throws SyncError `invalid-config` for a file that is no whole backup.
 */
export async function* restoredEntries(
  file: string,
  { clock = systemClock, keys = createCohortKeys() }: RestoreOptions = {},
): AsyncIterable<BackupEntry> {
  const rebirth = { epoch: keys.drawKey(), nowMs: clock.nowMs() };
  const found = new Set<BackupEntry['kind']>();
  for await (const entry of readBackupFile(file)) {
    found.add(entry.kind);
    yield renewed(entry, rebirth);
  }
  for (const entry of beginnings(rebirth)) {
    if (!found.has(entry.kind)) yield renewed(entry, rebirth);
  }
}

/** What a backup lacks that was taken before anything was published: the lost server may have gone on. */
function beginnings({ nowMs }: Rebirth): readonly BackupEntry[] {
  const { axes, scoring } = emptyLearning();
  const timestamp = new Date(nowMs).toISOString();
  return [
    { kind: 'published', value: { ...emptyFederation().published, timestamp } },
    { kind: 'model', value: { axes, scoring } },
  ];
}

interface Rebirth {
  readonly epoch: string;
  readonly nowMs: number;
}

/** What is published under a number has one content: the lost server may have used all up to now. */
function renewed(entry: BackupEntry, { epoch, nowMs }: Rebirth): BackupEntry {
  if (entry.kind === 'head') return { ...entry, value: { ...entry.value, epoch, offset: 0 } };
  if (entry.kind === 'published') {
    const version = Math.max(entry.value.version + 1, Math.floor(nowMs));
    return { ...entry, value: { ...entry.value, version } };
  }
  if (entry.kind === 'model') {
    const { axes } = entry.value;
    const minutes = Math.max(0, Math.floor((nowMs - GENERATIONS_FROM_MS) / MINUTE_MS));
    const above = (generation: number): number => generation + 2 + minutes;
    // Text coordinates are the same everywhere: the first axes after them get the number.
    const renumbered =
      axes.generation === 0
        ? { nextAtLeast: above(axes.nextAtLeast ?? 0) }
        : { generation: above(axes.generation) };
    return { ...entry, value: { ...entry.value, axes: { ...axes, ...renumbered } } };
  }
  return entry;
}
