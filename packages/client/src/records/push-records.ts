import { Type } from 'typebox';
import {
  jsonCodec,
  recordSpace,
  singleRecord,
  type RecordOperation,
  type RecordReader,
} from '@omega-tv/level';
import { CAPABILITIES, type PushedPattern } from '@omega-tv/types';
import {
  emptySyncState,
  type CompletionReport,
  type KeptItem,
  type OutboxItem,
  type SampleCounts,
  type SyncState,
} from '../engine/state.js';
import { patternsCodec } from './patterns-codec.js';
import { areSame } from './record-maps.js';

const Count = Type.Integer({ minimum: 0 });

const PositionSchema = Type.Object({ deviceEpoch: Count, seq: Count });

const CountsBySchema = Type.Union([Type.Literal('position'), Type.Literal('marks')]);

/** New samples by pattern id. */
const CountsSchema = Type.Array(Type.Tuple([Type.String(), Count]));

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
          begunAtMs: Type.Optional(Type.Integer()),
          isRepeat: Type.Optional(Type.Literal(true)),
          report: Type.Optional(ReportSchema),
          withdrawn: Type.Optional(CountsSchema),
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
      counts: CountsSchema,
      patterns: Type.Optional(Count),
      report: Type.Optional(ReportSchema),
    }),
  ),
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

/** The part of a state that lies in these records. */
type Pushes = Pick<SyncState, 'lastVersion' | 'server' | 'next' | 'outbox' | 'kept'>;

/** What to write of pushes, where `state` follows `before`, and the numbers that they have then. */
export function pushChanges(
  before: StoredState,
  state: SyncState,
): { readonly operations: readonly RecordOperation[]; readonly after: StoredState } {
  const items = numbered(before.items, [
    ...state.outbox.map(({ patterns }) => patterns),
    ...state.kept.map(({ patterns }) => patterns).filter((one) => one !== undefined),
  ]);
  const kept = numbered(before.kept, state.kept.map(placeOf));
  const after = { state, items, kept };
  const exchange = toExchange(after);
  const operations = [
    ...itemChanges(before.items, items),
    ...keptChanges(before, after),
    ...(areSame(toExchange(before), exchange) ? [] : [exchangeRecord.put(exchange)]),
  ];
  return { operations, after };
}

export async function isExchangeStored(reader: RecordReader): Promise<boolean> {
  return (await exchangeRecord.get(reader)) !== undefined;
}

/** @throws CorruptStoreError where a record cannot be read; Error where one is missing. */
export async function readPushes(
  reader: RecordReader,
): Promise<{ readonly pushes: Pushes } & Pick<StoredState, 'items' | 'kept'>> {
  const exchange = await exchangeRecord.get(reader);
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
  const { lastVersion = 0, server, next } = exchange ?? {};
  const pushes: Pushes = {
    lastVersion,
    ...(server === undefined ? {} : { server }),
    ...(next === undefined ? {} : { next }),
    outbox,
    kept: kept.map(({ item }) => item),
  };
  return { pushes, items, kept: new Map(kept.map(({ item, number }) => [placeOf(item), number])) };
}

/** In the order in which they were acknowledged. */
async function readKept(
  reader: RecordReader,
  readItem: (number: number) => Promise<Patterns>,
): Promise<readonly { readonly number: number; readonly item: KeptItem }[]> {
  const records = [...(await keptRecords.readMap(reader))].map(([key, record]) => ({
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
    outbox: outbox.map(({ patterns, report, withdrawn, ...item }) => ({
      number: items.get(patterns) ?? 0,
      ...item,
      ...(report === undefined ? {} : { report: toReport(report) }),
      ...(withdrawn === undefined ? {} : { withdrawn: toCounts(withdrawn) }),
    })),
  };
}

function toCounts(counts: SampleCounts): [string, number][] {
  return counts.map(([id, count]) => [id, count]);
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
      counts: toCounts(counts),
      ...(held === undefined ? {} : { patterns: held }),
      ...(report === undefined ? {} : { report: toReport(report) }),
    };
    operations.push(keptRecords.put(`${after.kept.get(placeOf(item)) ?? 0}`, record));
  }
  return operations;
}
