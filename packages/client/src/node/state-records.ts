import { Type } from 'typebox';
import {
  jsonCodec,
  recordSpace,
  singleRecord,
  type RecordOperation,
  type RecordReader,
  type RecordSpace,
} from '@omega-tv/level';
import { CAPABILITIES, type PushedPattern } from '@omega-tv/types';
import {
  emptySyncState,
  type CompletionReport,
  type DeadLetter,
  type KeptItem,
  type OutboxItem,
  type SyncState,
} from '../engine/state.js';
import { patternCodec, patternsCodec } from './patterns-codec.js';
import { publishedChanges, readPublished } from './published-records.js';
import { holdingsChanges, readHoldings } from './title-records.js';

const Count = Type.Integer({ minimum: 0 });

const PositionSchema = Type.Object({ deviceEpoch: Count, seq: Count });

const CountsBySchema = Type.Union([Type.Literal('position'), Type.Literal('marks')]);

/** What this TV learned, by id. */
export const learnedRecords = recordSpace('skill!', patternCodec);

const CapabilitySchema = Type.Enum([...CAPABILITIES]);

const ReportSchema = Type.Object({
  contentId: Type.String(),
  viewerFactors: Type.Optional(
    Type.Object({
      generation: Count,
      historyClass: Count,
      coordinates: Type.Array(Type.Number()),
    }),
  ),
  hits: Type.Optional(Type.Array(Type.Boolean())),
});

/** What changes with each exchange. */
const exchangeRecord = singleRecord(
  'exchange',
  jsonCodec(
    Type.Object({
      lastVersion: Count,
      server: Type.Optional(
        Type.Object({ epoch: Type.String(), capabilities: Type.Array(CapabilitySchema) }),
      ),
      next: Type.Optional(
        Type.Intersect([PositionSchema, Type.Object({ countsBy: CountsBySchema })]),
      ),
      /** In order, each with the number of its patterns' record. */
      outbox: Type.Array(
        Type.Object({
          number: Count,
          position: Type.Optional(PositionSchema),
          countsBy: CountsBySchema,
          isRepeat: Type.Optional(Type.Literal(true)),
          report: Type.Optional(ReportSchema),
        }),
      ),
    }),
  ),
);

/** The patterns of pushes that were begun or are kept, by number; frozen, so written once. */
const itemRecords = recordSpace('item!', patternsCodec);

/** Pushes that were acknowledged, by number, with that of their patterns' record. */
const keptRecords = recordSpace(
  'kept!',
  jsonCodec(
    Type.Object({
      atMs: Count,
      position: PositionSchema,
      counts: Type.Array(Type.Tuple([Type.String(), Count])),
      patterns: Type.Optional(Count),
      report: Type.Optional(ReportSchema),
    }),
  ),
);

/** Titles that were completed, by content id. */
const completedRecords = recordSpace(
  'completed!',
  jsonCodec(
    Type.Object({
      order: Count,
      status: Type.Enum(['private', 'waiting', 'begun', 'reported']),
      reportAtMs: Type.Optional(Type.Integer()),
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

const ownerRecord = singleRecord(
  'owner',
  jsonCodec(Type.Object({ deviceId: Type.String(), url: Type.String() })),
);

const waitRecord = singleRecord(
  'wait',
  jsonCodec(Type.Object({ sinceMs: Type.Number(), resumeAtMs: Type.Number() })),
);

/** The state of a TV's exchanges, and the numbers that parts of it have in the store. */
export interface StoredState {
  readonly state: SyncState;
  /** Of the patterns of pushes. */
  readonly items: ReadonlyMap<Patterns, number>;
  /** Of kept pushes, by position. */
  readonly kept: ReadonlyMap<string, number>;
}

type Patterns = readonly PushedPattern[];

export const nothingStored: StoredState = {
  state: emptySyncState,
  items: new Map(),
  kept: new Map(),
};

/** What a change of the state writes: the records that differ, and no others. */
export function stateChanges(
  before: StoredState,
  state: SyncState,
): { readonly operations: readonly RecordOperation[]; readonly after: StoredState } {
  const items = numbered(before.items, [
    ...state.outbox.map(({ patterns }) => patterns),
    ...state.kept.map(({ patterns }) => patterns).filter((one) => one !== undefined),
  ]);
  const kept = numbered(before.kept, state.kept.map(placeOf));
  const after = { state, items, kept };
  const old = before.state;
  const operations = [
    ...itemChanges(before.items, items),
    ...keptChanges(before, after),
    ...mapChanges(markRecords, old.marks, state.marks),
    ...mapChanges(mergeRecords, old.merges, state.merges),
    ...mapChanges(completedRecords, old.completed, state.completed),
    ...holdingsChanges(old.holdings, state.holdings),
    ...publishedChanges(old, state),
    ...(areSame(old.deadLetters, state.deadLetters)
      ? []
      : [lettersRecord.put([...state.deadLetters])]),
    ...(areSame(old.owner, state.owner) ? [] : ownerChange(state.owner)),
    ...(areSame(old.wait, state.wait) ? [] : waitChange(state.wait)),
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
  const items = new Map<Patterns, number>();
  const readItem = async (number: number): Promise<Patterns> => {
    const patterns = await itemRecords.get(reader, String(number));
    if (patterns === undefined) throw new Error(`the patterns ${number} of a push are missing`);
    items.set(patterns, number);
    return patterns;
  };
  const outbox: OutboxItem[] = [];
  for (const { number, ...item } of exchange?.outbox ?? []) {
    outbox.push({ ...item, patterns: await readItem(number) });
  }
  const kept = await readKept(reader, readItem);
  const wait = await waitRecord.get(reader);
  const { lastVersion = 0, server, next } = exchange ?? {};
  const state: SyncState = {
    lastVersion: isLost ? 0 : lastVersion,
    ...(server === undefined ? {} : { server }),
    ...(next === undefined ? {} : { next }),
    marks: await readMap(reader, markRecords),
    merges: await readMap(reader, mergeRecords),
    outbox,
    kept: kept.map(({ item }) => item),
    completed: await readMap(reader, completedRecords),
    holdings: await readHoldings(reader),
    deadLetters,
    ...published,
    ...(owner === undefined ? {} : { owner }),
    ...(wait === undefined ? {} : { wait }),
  };
  return { state, items, kept: new Map(kept.map(({ item, number }) => [placeOf(item), number])) };
}

/** In the order in which they were acknowledged. */
async function readKept(
  reader: RecordReader,
  readItem: (number: number) => Promise<Patterns>,
): Promise<readonly { readonly number: number; readonly item: KeptItem }[]> {
  const records = [...(await readMap(reader, keptRecords))].map(([key, record]) => ({
    number: Number(key),
    ...record,
  }));
  records.sort((a, b) => a.number - b.number);
  const kept: { readonly number: number; readonly item: KeptItem }[] = [];
  for (const { number, patterns, ...item } of records) {
    const whole = patterns === undefined ? {} : { patterns: await readItem(patterns) };
    kept.push({ number, item: { ...item, ...whole } });
  }
  return kept;
}

function toExchange({ state, items }: StoredState) {
  const { lastVersion, server, next, outbox } = state;
  return {
    lastVersion,
    ...(server === undefined
      ? {}
      : { server: { epoch: server.epoch, capabilities: [...server.capabilities] } }),
    ...(next === undefined ? {} : { next }),
    outbox: outbox.map(({ patterns, report, ...item }) => ({
      number: items.get(patterns) ?? 0,
      ...item,
      ...(report === undefined ? {} : { report: toReport(report) }),
    })),
  };
}

function toReport({ contentId, viewerFactors, hits }: CompletionReport) {
  const tried = hits === undefined ? {} : { hits: [...hits] };
  if (viewerFactors === undefined) return { contentId, ...tried };
  const coordinates = Array.from(viewerFactors.coordinates);
  return { contentId, viewerFactors: { ...viewerFactors, coordinates }, ...tried };
}

function placeOf({ position: { deviceEpoch, seq } }: KeptItem): string {
  return `${deviceEpoch}/${seq}`;
}

/** What stayed keeps its number, what is new gets a higher one. */
function numbered<Key>(
  before: ReadonlyMap<Key, number>,
  keys: readonly Key[],
): ReadonlyMap<Key, number> {
  let last = 0;
  for (const number of before.values()) last = Math.max(last, number);
  return new Map(keys.map((key) => [key, before.get(key) ?? (last += 1)]));
}

function itemChanges(
  before: StoredState['items'],
  after: StoredState['items'],
): readonly RecordOperation[] {
  return [
    ...[...before].filter(([item]) => !after.has(item)).map(([, n]) => itemRecords.delete(`${n}`)),
    ...[...after]
      .filter(([item]) => !before.has(item))
      .map(([item, n]) => itemRecords.put(`${n}`, item)),
  ];
}

function keptChanges(before: StoredState, after: StoredState): readonly RecordOperation[] {
  if (before.state.kept === after.state.kept) return [];
  const known = new Set(before.state.kept);
  const operations: RecordOperation[] = [];
  for (const [place, number] of before.kept) {
    if (!after.kept.has(place)) operations.push(keptRecords.delete(`${number}`));
  }
  for (const item of after.state.kept) {
    if (known.has(item)) continue;
    const { atMs, position, counts, patterns, report } = item;
    const held = patterns && after.items.get(patterns);
    const record = {
      ...{ atMs, position },
      counts: counts.map(([id, count]): [string, number] => [id, count]),
      ...(held === undefined ? {} : { patterns: held }),
      ...(report === undefined ? {} : { report: toReport(report) }),
    };
    operations.push(keptRecords.put(`${after.kept.get(placeOf(item)) ?? 0}`, record));
  }
  return operations;
}

function ownerChange(owner: SyncState['owner']): readonly RecordOperation[] {
  return [owner === undefined ? ownerRecord.delete() : ownerRecord.put(owner)];
}

function waitChange(wait: SyncState['wait']): readonly RecordOperation[] {
  return [wait === undefined ? waitRecord.delete() : waitRecord.put(wait)];
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
