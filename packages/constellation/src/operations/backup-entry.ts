import type { RecordOperation, RecordReader } from '@omega-tv/level';
import type {
  Cluster,
  FederationState,
  LearningCounters,
  Tally,
  TitleRecord,
  Trend,
} from '@omega-tv/federation';
import type { DeviceRecord } from '../decision/device-record.js';
import { deviceIdOf } from '../secrets.js';
import type { LearnedModel } from '../store/constellation-store.js';
import {
  clusterRecords,
  deviceRecords,
  headRecord,
  learningRecord,
  modelRecord,
  publishedRecord,
  sharedRecords,
  titleRecords,
  trendRecords,
  type Head,
} from '../store/records.js';
import { isRecord } from '../store/record-schemas.js';

/** What a backup holds of a store: sums of closed cohorts and marks, never a title with a device. */
export type BackupEntry =
  | { readonly kind: 'head'; readonly value: Head }
  | { readonly kind: 'published'; readonly value: FederationState['published'] }
  | { readonly kind: 'learning'; readonly value: LearningCounters }
  | { readonly kind: 'model'; readonly value: LearnedModel }
  | { readonly kind: 'cluster'; readonly id: string; readonly value: Cluster }
  | { readonly kind: 'trend'; readonly id: string; readonly value: Trend }
  | { readonly kind: 'title'; readonly id: string; readonly value: TitleRecord }
  | { readonly kind: 'shared'; readonly id: string; readonly value: Tally }
  | { readonly kind: 'device'; readonly id: string; readonly value: DeviceRecord };

/** Kinds of entries that have ids: there may be many of each. */
const MANY = ['cluster', 'trend', 'title', 'shared', 'device'] as const;
const SINGLE = ['head', 'published', 'learning', 'model'] as const;

/** True for an entry whose value is a record of its kind. */
export function isBackupEntry(entry: unknown): entry is BackupEntry {
  const { kind, id, value } = Object(entry) as Partial<Record<'kind' | 'id' | 'value', unknown>>;
  const [single, many] = [SINGLE.find((one) => one === kind), MANY.find((one) => one === kind)];
  if (single !== undefined) return isRecord(single, value);
  return many !== undefined && typeof id === 'string' && isRecord(many, value);
}

/**
 * All that a backup keeps; the head comes first. Open cohorts stay out: with their keys they say
 * which device is behind them. So do snapshots and the list of titles, which are published anew.
 */
export async function* backupEntriesOf(reader: RecordReader): AsyncIterable<BackupEntry> {
  const head = await headRecord.get(reader);
  if (head !== undefined) yield { kind: 'head', value: head };
  const published = await publishedRecord.get(reader);
  if (published !== undefined) yield { kind: 'published', value: published };
  const learning = await learningRecord.get(reader);
  if (learning !== undefined) yield { kind: 'learning', value: learning };
  const model = await modelRecord.get(reader);
  if (model !== undefined) yield { kind: 'model', value: model };
  for await (const [id, value] of clusterRecords.entries(reader)) {
    if (isClosed(value.tally)) yield { kind: 'cluster', id, value: withoutOpen(value) };
  }
  for await (const [id, value] of trendRecords.entries(reader)) {
    if (isClosed(value.tally)) yield { kind: 'trend', id, value: withoutOpen(value) };
  }
  for await (const [id, value] of titleRecords.entries(reader)) {
    if (isClosed(value.tally)) yield { kind: 'title', id, value: withoutDevices(value) };
  }
  for await (const [id, tally] of sharedRecords.entries(reader)) {
    if (isClosed(tally)) yield { kind: 'shared', id, value: { ...tally, open: [] } };
  }
  for await (const [id, value] of deviceRecords.entries(reader)) {
    yield { kind: 'device', id, value };
  }
}

function isClosed({ closed }: Tally): boolean {
  return closed.weight > 0;
}

function withoutOpen<Item extends { readonly tally: Tally }>(item: Item): Item {
  return { ...item, tally: { ...item.tally, open: [] } };
}

/** Without its sample: with its key it says which device is in it. */
function withoutDevices(record: TitleRecord): TitleRecord {
  const { id, tally, recent } = withoutOpen(record);
  return { id, tally, ...(recent === undefined ? {} : { recent }) };
}

export function toRecordOperation(entry: BackupEntry): RecordOperation {
  switch (entry.kind) {
    case 'head':
      return headRecord.put(entry.value);
    case 'published':
      return publishedRecord.put(entry.value);
    case 'learning':
      return learningRecord.put(entry.value);
    case 'model':
      return modelRecord.put(entry.value);
    case 'cluster':
      return clusterRecords.put(entry.id, entry.value);
    case 'trend':
      return trendRecords.put(entry.id, entry.value);
    case 'title':
      return titleRecords.put(entry.id, entry.value);
    case 'shared':
      return sharedRecords.put(entry.id, entry.value);
    case 'device':
      return deviceRecords.put(deviceIdOf(entry.id), entry.value);
  }
}
