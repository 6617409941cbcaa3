import { Type } from 'typebox';
import {
  jsonCodec,
  recordSpace,
  singleRecord,
  type RecordOperation,
  type RecordReader,
  type RecordSpace,
} from '@omega-tv/level';
import {
  emptySyncState,
  type DeadLetter,
  type OutboxItem,
  type SyncState,
} from '../store/sync-state.js';
import { patternCodec, patternsCodec, PositionSchema } from './patterns-codec.js';
import { publishedChanges, readPublished } from './published-records.js';

const Count = Type.Integer({ minimum: 0 });

/** What this TV learned, by id. */
export const learnedRecords = recordSpace('skill!', patternCodec);

/** What changes with each exchange. */
const exchangeRecord = singleRecord(
  'exchange',
  jsonCodec(
    Type.Object({
      lastVersion: Count,
      serverEpoch: Type.Optional(Type.String()),
      next: Type.Optional(PositionSchema),
      /** The numbers of the items' records, in the order of the outbox. */
      outbox: Type.Array(Count),
    }),
  ),
);

/** Pushes that were begun, by number; frozen, so each is written once. */
const itemRecords = recordSpace('item!', patternsCodec);

const markRecords = recordSpace(
  'mark!',
  jsonCodec(Type.Object({ acknowledged: Count, refused: Count })),
);

const mergeRecords = recordSpace(
  'merge!',
  jsonCodec(Type.Object({ into: Type.String(), settled: Count })),
);

const lettersRecord = singleRecord(
  'dead-letters',
  jsonCodec(
    Type.Array(
      Type.Object({ patternId: Type.String(), sampleCount: Count, reason: Type.String() }),
    ),
  ),
);

const ownerRecord = singleRecord(
  'owner',
  jsonCodec(Type.Object({ deviceId: Type.String(), url: Type.String() })),
);

/** The state of a TV's exchanges, and the numbers that its outbox has in the store. */
export interface StoredState {
  readonly state: SyncState;
  readonly numbers: ReadonlyMap<OutboxItem, number>;
}

export const nothingStored: StoredState = { state: emptySyncState, numbers: new Map() };

/** What a change of the state writes: the records that differ, and no others. */
export function stateChanges(
  before: StoredState,
  state: SyncState,
): { readonly operations: readonly RecordOperation[]; readonly after: StoredState } {
  const numbers = numberItems(before.numbers, state.outbox);
  const after = { state, numbers };
  const old = before.state;
  const operations = [
    ...itemChanges(before.numbers, numbers),
    ...mapChanges(markRecords, old.marks, state.marks),
    ...mapChanges(mergeRecords, old.merges, state.merges),
    ...publishedChanges(old, state),
    ...(areSame(old.deadLetters, state.deadLetters)
      ? []
      : [lettersRecord.put([...state.deadLetters])]),
    ...(areSame(old.owner, state.owner) ? [] : ownerChange(state.owner)),
    ...(areSame(toExchange(before), toExchange(after))
      ? []
      : [exchangeRecord.put(toExchange(after))]),
  ];
  return { operations, after };
}

/** Whether any state was ever written. */
export async function isStateStored(reader: RecordReader): Promise<boolean> {
  const records = [exchangeRecord, ownerRecord];
  for (const record of records) if ((await record.get(reader)) !== undefined) return true;
  return false;
}

/** @throws CorruptStoreError where a record cannot be read; Error where one is missing. */
export async function readState(reader: RecordReader): Promise<StoredState> {
  const exchange = await exchangeRecord.get(reader);
  const { published, isLost } = await readPublished(reader);
  const owner = await ownerRecord.get(reader);
  const deadLetters: readonly DeadLetter[] = (await lettersRecord.get(reader)) ?? [];
  const numbers = new Map<OutboxItem, number>();
  for (const number of exchange?.outbox ?? []) {
    const item = await itemRecords.get(reader, String(number));
    if (item === undefined) throw new Error(`item ${number} of the outbox is missing`);
    numbers.set(item, number);
  }
  const { lastVersion = 0, serverEpoch, next } = exchange ?? {};
  const state: SyncState = {
    lastVersion: isLost ? 0 : lastVersion,
    ...(serverEpoch === undefined ? {} : { serverEpoch }),
    ...(next === undefined ? {} : { next }),
    marks: await readMap(reader, markRecords),
    outbox: [...numbers.keys()],
    deadLetters,
    merges: await readMap(reader, mergeRecords),
    ...published,
    ...(owner === undefined ? {} : { owner }),
  };
  return { state, numbers };
}

function toExchange({ state: { lastVersion, serverEpoch, next }, numbers }: StoredState) {
  return {
    lastVersion,
    ...(serverEpoch === undefined ? {} : { serverEpoch }),
    ...(next === undefined ? {} : { next }),
    outbox: [...numbers.values()],
  };
}

/** Items that stayed keep their numbers, new ones get higher ones. */
function numberItems(
  before: StoredState['numbers'],
  outbox: readonly OutboxItem[],
): ReadonlyMap<OutboxItem, number> {
  let last = Math.max(0, ...before.values());
  return new Map(outbox.map((item) => [item, before.get(item) ?? (last += 1)]));
}

function itemChanges(
  before: StoredState['numbers'],
  after: StoredState['numbers'],
): readonly RecordOperation[] {
  return [
    ...[...before].filter(([item]) => !after.has(item)).map(([, n]) => itemRecords.delete(`${n}`)),
    ...[...after]
      .filter(([item]) => !before.has(item))
      .map(([item, n]) => itemRecords.put(`${n}`, item)),
  ];
}

function ownerChange(owner: SyncState['owner']): readonly RecordOperation[] {
  return [owner === undefined ? ownerRecord.delete() : ownerRecord.put(owner)];
}

function mapChanges<Value>(
  space: RecordSpace<Value>,
  before: ReadonlyMap<string, Value>,
  after: ReadonlyMap<string, Value>,
): readonly RecordOperation[] {
  if (before === after) return [];
  return [
    ...[...before.keys()].filter((id) => !after.has(id)).map((id) => space.delete(id)),
    ...[...after]
      .filter(([id, value]) => !areSame(before.get(id), value))
      .map(([id, value]) => space.put(id, value)),
  ];
}

/** Small values of JSON, whose keys are always written in one order. */
function areSame(a: unknown, b: unknown): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}

async function readMap<Value>(
  reader: RecordReader,
  space: RecordSpace<Value>,
): Promise<ReadonlyMap<string, Value>> {
  const map = new Map<string, Value>();
  for await (const [id, value] of space.entries(reader)) map.set(id, value);
  return map;
}
