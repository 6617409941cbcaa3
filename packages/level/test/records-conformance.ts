import fc from 'fast-check';
import {
  bytesCodec,
  keyToBytes,
  recordSpace,
  singleRecord,
  type DurableRecords,
  type RecordOperation,
  type StoreLayout,
} from '../src/index.js';

/** A place for records that outlives their closing: a folder, a database of a page, memory. */
export interface RecordsPlace {
  open(layout: StoreLayout): Promise<DurableRecords>;
}

export interface ConformanceCase {
  readonly name: string;
  /** Rejects where the records of a fresh place do otherwise; needs no test runner. */
  readonly run: (place: RecordsPlace) => Promise<void>;
}

const layout: StoreLayout = { kind: 'conformance', layout: 1 };
const left = recordSpace('left!', bytesCodec);
const right = recordSpace('right!', bytesCodec);
const only = singleRecord('only', bytesCodec);

/** Keys that string bounds and UTF-16 order get wrong. */
const STRANGE_IDS = [
  '',
  '\0',
  '!',
  '\uffff',
  '\ufffd',
  '\u{1f3ac}',
  '\u{10ffff}',
  '\u{10000}\uffff',
];

/** What every implementation of records keeps. */
export const conformanceCases: readonly ConformanceCase[] = [
  {
    name: 'holds nothing at first',
    run: async (place) => {
      const records = await place.open(layout);
      equal(await only.get(records), undefined);
      equal(await entriesOf(records), []);
      await records.close();
    },
  },
  {
    name: 'gives back what was written, after closing too, and not what was deleted',
    run: async (place) => {
      let records = await place.open(layout);
      await records.write(() => [
        only.put(Uint8Array.of(1)),
        left.put('a', Uint8Array.of(2)),
        left.put('b', new Uint8Array()),
      ]);
      await records.write(() => [left.delete('a'), left.delete('never there')]);
      records = await reopened(place, records);
      equal(await only.get(records), Uint8Array.of(1));
      equal(await entriesOf(records), [['b', new Uint8Array()]]);
      await records.close();
    },
  },
  {
    name: 'keeps records of any ids apart, in the order of their bytes',
    run: (place) =>
      fc.assert(
        fc.asyncProperty(fc.uniqueArray(anyId, { minLength: 1, maxLength: 12 }), async (drawn) => {
          const ids = [...new Set([...STRANGE_IDS, ...drawn])];
          let records = await place.open(layout);
          await records.write(() => [
            ...ids.map((id) => left.put(id, keyToBytes(id))),
            ...ids.map((id) => right.put(id, Uint8Array.of(7))),
          ]);
          records = await reopened(place, records);
          const byBytes = [...ids].sort((a, b) => compareBytes(keyToBytes(a), keyToBytes(b)));
          equal(
            await entriesOf(records),
            byBytes.map((id) => [id, keyToBytes(id)]),
          );
          equal([...(await left.readMap(records))], await entriesOf(records));
          for (const id of ids) equal(await right.get(records, id), Uint8Array.of(7));
          await records.write(() => ids.flatMap((id) => [left.delete(id), right.delete(id)]));
          equal(await entriesOf(records), []);
          await records.close();
        }),
        { numRuns: 10 },
      ),
  },
  {
    name: 'writes in turn, and nothing of a write whose preparation throws',
    run: async (place) => {
      const records = await place.open(layout);
      const order: string[] = [];
      const write = (name: string, operations: readonly RecordOperation[]) =>
        records.write(
          () => {
            order.push(`prepare ${name}`);
            return operations;
          },
          () => order.push(`written ${name}`),
        );
      const failing = records.write(() => {
        throw new Error('no');
      });
      await Promise.all([
        failing.then(
          () => fail('the write resolved'),
          () => undefined,
        ),
        write('1', [left.put('a', Uint8Array.of(1))]),
        write('2', [left.put('a', Uint8Array.of(2))]),
        write('3', []),
      ]);
      equal(
        order,
        ['1', '2', '3'].flatMap((name) => [`prepare ${name}`, `written ${name}`]),
      );
      equal(await records.read((reader) => left.get(reader, 'a')), Uint8Array.of(2));
      await records.close();
    },
  },
  {
    name: 'counts the bytes that it handed on',
    run: async (place) => {
      const records = await place.open(layout);
      const before = records.written;
      await records.write(() => [left.put('ab', new Uint8Array(100)), right.delete('c')]);
      const { batches, bytes } = records.written;
      // Keys of 7 bytes each, a checksum of 4.
      equal([batches - before.batches, bytes - before.bytes], [1, 7 + 4 + 100 + 7]);
      await records.close();
    },
  },
  {
    name: 'refuses another kind of store and a newer layout, in words',
    run: async (place) => {
      await (await place.open({ kind: 'tea', layout: 2 })).close();
      await refused(place.open({ kind: 'coffee', layout: 2 }), /holds "tea", not "coffee"/);
      await refused(place.open({ kind: 'tea', layout: 1 }), /newer release \(layout 2/);
      await refused(place.open({ kind: 'tea', layout: 3 }), /has layout 2, which/);
      await (await place.open({ kind: 'tea', layout: 2 })).close();
    },
  },
  {
    name: 'migrates step by step, once',
    run: async (place) => {
      const first = await place.open(layout);
      await first.write(() => [left.put('a', Uint8Array.of(1)), left.put('b', Uint8Array.of(2))]);
      await first.close();
      const second: StoreLayout = { ...layout, layout: 3, migrations: { 1: doubled, 2: toRight } };
      for (let opening = 0; opening < 2; opening += 1) {
        const records = await place.open(second);
        equal(await entriesOf(records), []);
        equal(await right.get(records, 'a'), Uint8Array.of(2));
        equal(await right.get(records, 'b'), Uint8Array.of(4));
        await records.close();
      }
    },
  },
  {
    name: 'is closed for good',
    run: async (place) => {
      const records = await place.open(layout);
      await records.close();
      await refused(
        records.write(() => [only.put(Uint8Array.of(1))]),
        /was closed/,
      );
    },
  },
];

/** Any text of whole code points. */
const anyId = fc.string({ unit: 'binary', maxLength: 6 });

async function* doubled(reader: Parameters<typeof left.entries>[0]) {
  const operations: RecordOperation[] = [];
  for await (const [id, [value = 0]] of left.entries(reader)) {
    operations.push(left.put(id, Uint8Array.of(2 * value)));
  }
  yield operations;
}

/** A record a batch, which may be stopped anywhere. */
async function* toRight(reader: Parameters<typeof left.entries>[0]) {
  for await (const [id, value] of left.entries(reader))
    yield [right.put(id, value), left.delete(id)];
}

async function reopened(place: RecordsPlace, records: DurableRecords): Promise<DurableRecords> {
  await records.close();
  return place.open(layout);
}

async function entriesOf(records: DurableRecords): Promise<unknown[]> {
  const entries: unknown[] = [];
  for await (const entry of left.entries(records)) entries.push(entry);
  return entries;
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const at = a.findIndex((byte, i) => byte !== b[i]);
  if (at === -1) return a.length - b.length;
  return at >= b.length ? 1 : (a[at] ?? 0) - (b[at] ?? 0);
}

async function refused(promise: Promise<unknown>, words: RegExp): Promise<void> {
  const reason: unknown = await promise.then(() => undefined).catch((error: unknown) => error);
  const { code, message } = (reason ?? {}) as {
    readonly code?: unknown;
    readonly message?: string;
  };
  if (code === 'invalid-config' && words.test(message ?? '')) return;
  fail(`not refused with ${String(words)}: ${String(reason)}`);
}

function equal(actual: unknown, expected: unknown): void {
  const [left, right] = [actual, expected].map((value) =>
    JSON.stringify(value, (_, part: unknown) =>
      part instanceof Uint8Array ? { bytes: Array.from(part) } : part,
    ),
  );
  if (left !== right) fail(`expected ${right ?? 'undefined'}, but it is ${left ?? 'undefined'}`);
}

function fail(message: string): never {
  throw new Error(message);
}
