import { fromStoredTitles, type TitleList } from '@omega-tv/compression';
import type { CohortKeys } from '@omega-tv/federation';
import { SyncError, type SyncDelta } from '@omega-tv/types';
import type { DeviceRecord } from '../decision/device-record.js';
import type { ReceivedPush } from '../decision/decide-push.js';
import type { LogRecord } from '../log/delta-log.js';
import { tidyState } from '../publish/tidy-state.js';
import { applyPush } from './apply-push.js';
import { replayedKeys } from './cohort-keys.js';
import { learnRecords, type ReadLog } from './learn-records.js';
import type { DeltaEntry, LogEntry, MergedEntry, PublishedEntry } from './log-entry.js';
import { expireDevices } from './expired-devices.js';
import type { ChangedRecords } from './pending-changes.js';
import type { ServerState } from './server-state.js';

/** A state after a step, and what the step changed. */
export interface Folded {
  readonly state: ServerState;
  readonly changed: ChangedRecords;
}

export interface FoldContext {
  readonly keys: CohortKeys;
  /** The record of a device as of the step before. */
  readonly deviceOf: (key: string) => Promise<DeviceRecord | undefined>;
  /** Of other partitions, where their logs are learned here. */
  readonly readLog?: ReadLog;
}

/**
 * The one way from a state to the next: the same state and entry give the same bytes, when the entry
 * is new and when the log is read again.
 */
export async function foldEntry(
  state: ServerState,
  entry: LogEntry,
  context: FoldContext,
): Promise<Folded> {
  switch (entry.kind) {
    case 'delta':
      return foldDelta(state, entry, context);
    case 'published':
      return adoptPublished(state, entry);
    case 'settings':
      return { state: { ...state, settings: entry.settings }, changed: {} };
    case 'refused':
      return { state: countingRefused(state, entry.count), changed: {} };
    case 'tidied':
      return tidyState(state, entry.atMs);
    case 'forgotten':
      return forget(state, entry.deviceKeys, context);
    case 'expired':
      return expireDevices(state, entry, context.deviceOf);
    case 'merged':
      return foldMerged(state, entry, context);
  }
}

async function foldDelta(
  state: ServerState,
  { deviceKey, contributes, delta, isRefused, drawnKeys, atMs }: DeltaEntry,
  { keys, deviceOf }: FoldContext,
): Promise<Folded> {
  const known = { key: deviceKey, contributes, record: await deviceOf(deviceKey) };
  const received = asReceived(delta, isRefused);
  return applyPush(state, known, received, replayedKeys(keys, drawnKeys), () => atMs);
}

/** Reads again what was learned then. */
async function foldMerged(
  state: ServerState,
  { partition, after, through, drawnKeys }: MergedEntry,
  { keys, readLog }: FoldContext,
): Promise<Folded> {
  const records: LogRecord[] = [];
  for await (const record of readLog?.(partition, after) ?? []) {
    if (record.sequence > through) break;
    records.push(record);
  }
  if (records.at(-1)?.sequence !== through) {
    const message = `The log of ${partition} lacks entries up to ${through}; restore the cluster`;
    throw new SyncError('invalid-config', message, { field: 'store' });
  }
  return learnRecords(state, partition, records, replayedKeys(keys, drawnKeys));
}

function asReceived(delta: SyncDelta, isRefused: boolean): ReceivedPush {
  return {
    outline: delta,
    decode: () => {
      if (!isRefused) return delta;
      throw new SyncError('invalid-pattern', 'delta: was refused', {
        path: '',
        value: undefined,
        limit: '',
      });
    },
  };
}

/** @param list of the stored titles, where it is at hand. */
export function adoptPublished(
  before: ServerState,
  { globals, titles, snapshot }: PublishedEntry,
  list: TitleList | undefined = titles && fromStoredTitles(titles),
): Folded {
  const { federation } = before;
  const state: ServerState = {
    ...before,
    ...(globals === undefined ? {} : { federation: { ...federation, published: globals } }),
    ...(list === undefined ? {} : { titles: list }),
    ...(snapshot === undefined ? {} : { frames: framesAfter(before.frames, snapshot) }),
  };
  const versions = snapshot === undefined ? [] : [snapshot.version, ...snapshot.expired];
  return {
    state,
    changed: { published: globals !== undefined, titles: titles !== undefined, versions },
  };
}

function framesAfter(
  before: ServerState['frames'],
  { version, frame, expired }: NonNullable<PublishedEntry['snapshot']>,
): ServerState['frames'] {
  const frames = new Map(before);
  for (const gone of expired) frames.delete(gone);
  return frames.set(version, frame);
}

async function forget(
  state: ServerState,
  deviceKeys: readonly string[],
  { deviceOf }: FoldContext,
): Promise<Folded> {
  const devices = new Map<string, undefined>();
  for (const key of deviceKeys) {
    if ((await deviceOf(key)) !== undefined) devices.set(key, undefined);
  }
  const { counters } = state;
  const left = Math.max(0, counters.devices - devices.size);
  return { state: { ...state, counters: { ...counters, devices: left } }, changed: { devices } };
}

function countingRefused(state: ServerState, count = 1): ServerState {
  const { counters } = state;
  return { ...state, counters: { ...counters, refused: counters.refused + count } };
}
