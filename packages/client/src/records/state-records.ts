import { Type } from 'typebox';
import {
  jsonCodec,
  recordSpace,
  singleRecord,
  type RecordOperation,
  type RecordReader,
} from '@omega-tv/level';
import type { DeadLetter, SyncState } from '../engine/state.js';
import type { ReadFrame } from './frame-reader.js';
import { patternCodec } from './patterns-codec.js';
import { publishedChanges, readPublished } from './published-records.js';
import { isExchangeStored, pushChanges, readPushes, type StoredState } from './push-records.js';
import { areSame, mapChanges } from './record-maps.js';
import { holdingsChanges, readHoldings } from './title-records.js';

const Count = Type.Integer({ minimum: 0 });

/** What this TV learned, by id. */
export const learnedRecords = recordSpace('skill!', patternCodec);

/** Titles that were completed, by content id. */
const completedRecords = recordSpace(
  'completed!',
  jsonCodec(
    Type.Object({
      order: Count,
      status: Type.Enum(['private', 'waiting', 'begun', 'reported']),
      reportAtMs: Type.Optional(Type.Integer()),
      profiles: Type.Optional(Type.Unsafe<readonly string[]>(Type.Array(Type.String()))),
    }),
  ),
);

const markRecords = recordSpace(
  'mark!',
  jsonCodec(
    Type.Object({
      acknowledged: Count,
      byMarks: Count,
      unsure: Count,
      refused: Count,
      elsewhere: Count,
      lost: Count,
    }),
  ),
);

const mergeRecords = recordSpace('merge!', jsonCodec(Type.String()));

const lettersRecord = singleRecord(
  'dead-letters',
  jsonCodec(
    Type.Array(
      Type.Object({ patternId: Type.String(), sampleCount: Count, reason: Type.String() }),
    ),
  ),
);

const privateProfilesRecord = singleRecord(
  'private-profiles',
  jsonCodec(Type.Array(Type.String())),
);

const ownerRecord = singleRecord(
  'owner',
  jsonCodec(Type.Object({ deviceId: Type.String(), url: Type.String() })),
);

const waitRecord = singleRecord(
  'wait',
  jsonCodec(Type.Object({ sinceMs: Type.Number(), resumeAtMs: Type.Number() })),
);

/** What a change of the state writes: the records that differ, and no others. */
export function stateChanges(
  before: StoredState,
  state: SyncState,
  readFrame: ReadFrame,
): { readonly operations: readonly RecordOperation[]; readonly after: StoredState } {
  const { operations: pushes, after } = pushChanges(before, state);
  const old = before.state;
  const operations = [
    ...pushes,
    ...mapChanges(markRecords, old.marks, state.marks),
    ...mapChanges(mergeRecords, old.merges, state.merges),
    ...mapChanges(completedRecords, old.completed, state.completed),
    ...(areSame([...old.privateProfiles], [...state.privateProfiles])
      ? []
      : [privateProfilesRecord.put([...state.privateProfiles])]),
    ...holdingsChanges(old.holdings, state.holdings),
    ...publishedChanges(old, state, readFrame),
    ...(areSame(old.deadLetters, state.deadLetters)
      ? []
      : [lettersRecord.put([...state.deadLetters])]),
    ...(areSame(old.owner, state.owner) ? [] : ownerChange(state.owner)),
    ...(areSame(old.wait, state.wait) ? [] : waitChange(state.wait)),
  ];
  return { operations, after };
}

/** Whether any state was ever written. */
export async function isStateStored(reader: RecordReader): Promise<boolean> {
  return (await isExchangeStored(reader)) || (await ownerRecord.get(reader)) !== undefined;
}

/** @throws CorruptStoreError where a record cannot be read; Error where one is missing. */
export async function readState(reader: RecordReader, readFrame: ReadFrame): Promise<StoredState> {
  const { pushes, items, kept } = await readPushes(reader);
  const { published, isLost } = await readPublished(reader, readFrame);
  const owner = await ownerRecord.get(reader);
  const deadLetters: readonly DeadLetter[] = (await lettersRecord.get(reader)) ?? [];
  const wait = await waitRecord.get(reader);
  const state: SyncState = {
    ...pushes,
    ...(isLost ? { lastVersion: 0 } : {}),
    marks: await markRecords.readMap(reader),
    merges: await mergeRecords.readMap(reader),
    completed: await completedRecords.readMap(reader),
    privateProfiles: new Set(await privateProfilesRecord.get(reader)),
    holdings: await readHoldings(reader),
    deadLetters,
    ...published,
    ...(owner === undefined ? {} : { owner }),
    ...(wait === undefined ? {} : { wait }),
  };
  return { state, items, kept };
}

function ownerChange(owner: SyncState['owner']): readonly RecordOperation[] {
  return [owner === undefined ? ownerRecord.delete() : ownerRecord.put(owner)];
}

function waitChange(wait: SyncState['wait']): readonly RecordOperation[] {
  return [wait === undefined ? waitRecord.delete() : waitRecord.put(wait)];
}
