import { CorruptStoreError } from './corrupt-store-error.js';
import type { RecordOperation, RecordReader } from './database.js';
import { keyFromBytes, keyToBytes, rangeOfPrefix } from './key-bytes.js';
import type { RecordCodec } from './record-codec.js';
import { nameOfKey, sealRecord, unsealRecord } from './seal.js';

/** The records of one kind, by id; ids are strings without lone surrogates, of any length. */
export interface RecordSpace<Type> {
  put(id: string, value: Type): RecordOperation;
  delete(id: string): RecordOperation;
  /**
   * Undefined where there is none.
   * @throws CorruptStoreError when it cannot be read.
   */
  get(reader: RecordReader, id: string): Promise<Type | undefined>;
  /**
   * All of them, or those behind an id, in the order of their ids' UTF-8 bytes.
   * @throws CorruptStoreError when one cannot be read.
   */
  entries(reader: RecordReader, after?: string): AsyncIterable<readonly [id: string, value: Type]>;
  /**
   * The same as a map in memory, for spaces that are known to be small.
   * @throws CorruptStoreError when one cannot be read.
   */
  readMap(reader: RecordReader): Promise<ReadonlyMap<string, Type>>;
}

/** A record that is the only one of its kind. */
export interface SingleRecord<Type> {
  put(value: Type): RecordOperation;
  delete(): RecordOperation;
  /**
   * Undefined where there is none.
   * @throws CorruptStoreError when it cannot be read.
   */
  get(reader: RecordReader): Promise<Type | undefined>;
}

/**
 * Names the records whose keys are `prefix` and an id. No other key of the store may begin with the
 * prefix, so end it with a sign that the others lack in this place: `mark!`.
 * @example
 * ```ts
 * import { jsonCodec, recordSpace } from '@omega-tv/level';
 * import { openMemoryRecords } from '@omega-tv/level/memory';
 * import { Type } from 'typebox';
 *
 * const counts = recordSpace('count!', jsonCodec(Type.Integer()));
 * const records = await openMemoryRecords({ kind: 'counts', layout: 1 });
 * await records.write(() => [counts.put('b', 2), counts.put('a', 1)]);
 * for await (const [id, count] of counts.entries(records)) console.log(id, count);
 * // => a 1
 * // => b 2
 * await records.close();
 * ```
 */
export function recordSpace<Type>(prefix: string, codec: RecordCodec<Type>): RecordSpace<Type> {
  const prefixBytes = keyToBytes(prefix);
  const keyOf = (id: string): Uint8Array => keyToBytes(prefix + id);
  const entries: RecordSpace<Type>['entries'] = async function* (reader, after) {
    const whole = rangeOfPrefix(prefixBytes);
    // No key lies between one and the same with a zero behind it.
    const range = after === undefined ? whole : { ...whole, gte: keyOf(`${after}\u0000`) };
    for await (const [key, record] of reader.iterator(range)) {
      const value = readValue(key, record, codec);
      yield [keyFromBytes(key.subarray(prefixBytes.length)), value] as const;
    }
  };
  return {
    put: (id, value) => putOperation(keyOf(id), value, codec),
    delete: (id) => ({ type: 'del', key: keyOf(id) }),
    get: (reader, id) => getValue(reader, keyOf(id), codec),
    entries,
    readMap: async (reader) => {
      const map = new Map<string, Type>();
      for await (const [id, value] of entries(reader)) map.set(id, value);
      return map;
    },
  };
}

/**
 * Names the record under `key`.
 * @example
 * ```ts
 * import { jsonCodec, singleRecord } from '@omega-tv/level';
 * import { openMemoryRecords } from '@omega-tv/level/memory';
 * import { Type } from 'typebox';
 *
 * const owner = singleRecord('owner', jsonCodec(Type.String()));
 * const records = await openMemoryRecords({ kind: 'settings', layout: 1 });
 * console.log(await owner.get(records)); // => undefined
 * await records.write(() => [owner.put('tv-1')]);
 * console.log(await owner.get(records)); // => tv-1
 * await records.close();
 * ```
 */
export function singleRecord<Type>(key: string, codec: RecordCodec<Type>): SingleRecord<Type> {
  const keyBytes = keyToBytes(key);
  return {
    put: (value) => putOperation(keyBytes, value, codec),
    delete: () => ({ type: 'del', key: keyBytes }),
    get: (reader) => getValue(reader, keyBytes, codec),
  };
}

function putOperation<Type>(
  key: Uint8Array,
  value: Type,
  codec: RecordCodec<Type>,
): RecordOperation {
  return { type: 'put', key, value: sealRecord(key, codec.encode(value)) };
}

async function getValue<Type>(
  reader: RecordReader,
  key: Uint8Array,
  codec: RecordCodec<Type>,
): Promise<Type | undefined> {
  const record = await reader.get(key);
  return record === undefined ? undefined : readValue(key, record, codec);
}

function readValue<Type>(key: Uint8Array, record: Uint8Array, codec: RecordCodec<Type>): Type {
  const body = unsealRecord(key, record);
  try {
    return codec.decode(body);
  } catch (cause) {
    const message = `the record ${nameOfKey(key)} is not what its layout says`;
    throw new CorruptStoreError(message, { cause });
  }
}
