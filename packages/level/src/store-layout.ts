import { Type } from 'typebox';
import { SyncError } from '@omega-tv/types';
import type { RecordOperation, RecordReader } from './database.js';
import { jsonCodec } from './record-codec.js';
import { singleRecord } from './record-space.js';

/**
 * Turns a layout into the next: yields the operations, batch by batch. The last batch is written
 * together with the new layout's number, so that a step of one batch is atomic. After a crash the
 * step runs again: one of several batches has to accept what it had already written.
 */
export type Migration = (reader: RecordReader) => AsyncIterable<readonly RecordOperation[]>;

/** What a store holds, and how its records lie. */
export interface StoreLayout {
  /** What the store holds, as `tv-patterns`: a store of another kind is refused. */
  readonly kind: string;
  /** The number of the layout that this release writes; newer ones are refused. */
  readonly layout: number;
  /** The steps from older layouts, by the layout that they begin with. */
  readonly migrations?: Readonly<Record<number, Migration>>;
  /**
   * The layout of a store from before kind and layout were kept in it, told by its keys; undefined
   * where it is of another kind. Without this function such a store is refused.
   */
  readonly unmarkedLayout?: (reader: RecordReader) => Promise<number | undefined>;
}

const mark = singleRecord(
  '!store',
  jsonCodec(Type.Object({ kind: Type.String(), layout: Type.Integer({ minimum: 1 }) })),
);

/**
 * The layout of the store that is being opened; undefined where it is empty.
 * @param name of the store, for messages.
 * @throws SyncError `invalid-config` where it is of another kind, or of a layout that this release
 * cannot read; CorruptStoreError where its mark cannot be read.
 */
export async function findLayout(
  reader: RecordReader,
  expected: StoreLayout,
  name: string,
): Promise<number | undefined> {
  const found = await mark.get(reader);
  if (found !== undefined && found.kind !== expected.kind) {
    throw refusal(`${name} holds "${found.kind}", not "${expected.kind}"; choose another folder`);
  }
  const layout = found?.layout ?? (await unmarkedLayout(reader, expected, name));
  if (layout === undefined) return undefined;
  if (layout > expected.layout) {
    throw refusal(
      `${name} was written by a newer release (layout ${layout}, this one knows up to ${expected.layout}); use that release`,
    );
  }
  for (let from = layout; from < expected.layout; from += 1) {
    if (expected.migrations?.[from] === undefined) {
      throw refusal(`${name} has layout ${layout}, which this release cannot read any more`);
    }
  }
  return layout;
}

async function unmarkedLayout(
  reader: RecordReader,
  expected: StoreLayout,
  name: string,
): Promise<number | undefined> {
  if (await isEmpty(reader)) return undefined;
  const layout = await expected.unmarkedLayout?.(reader);
  if (layout !== undefined) return layout;
  throw refusal(`${name} holds something else than "${expected.kind}"; choose another folder`);
}

/** Brings a store to the expected layout, and marks it; `found` is what `findLayout` answered. */
export async function migrateStore(
  reader: RecordReader,
  expected: StoreLayout,
  found: number | undefined,
  write: (operations: readonly RecordOperation[]) => Promise<void>,
): Promise<void> {
  const { kind, migrations = {} } = expected;
  for (let layout = found ?? expected.layout; layout < expected.layout; layout += 1) {
    let held: readonly RecordOperation[] = [];
    for await (const operations of migrations[layout]?.(reader) ?? []) {
      if (held.length > 0) await write(held);
      held = operations;
    }
    await write([...held, mark.put({ kind, layout: layout + 1 })]);
  }
  if ((await mark.get(reader)) === undefined) {
    await write([mark.put({ kind, layout: expected.layout })]);
  }
}

async function isEmpty(reader: RecordReader): Promise<boolean> {
  for await (const _ of reader.iterator({})) return false;
  return true;
}

function refusal(problem: string): SyncError<'invalid-config'> {
  return new SyncError('invalid-config', `The store ${problem}`, { field: 'directory' });
}
