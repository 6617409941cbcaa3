import { crc32 as zlibCrc32 } from 'node:zlib';
import fc from 'fast-check';
import { MemoryLevel } from 'memory-level';
import { Type } from 'typebox';
import { describe, expect, it } from '@jest/globals';
import {
  bytesCodec,
  CorruptStoreError,
  DurableRecords,
  jsonCodec,
  recordSpace,
  type LevelDatabase,
} from '../src/index.js';
import { crc32 } from '../src/crc32.js';
import { sealRecord, unsealRecord } from '../src/seal.js';
import { openMemoryRecords } from '../src/memory/index.js';

const layout = { kind: 'test', layout: 1 };

describe('the checksum', () => {
  it("is zlib's CRC-32, also in parts", () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.uint8Array(), (a, b) => {
        expect(crc32(b, crc32(a))).toBe(zlibCrc32(b, zlibCrc32(a)));
      }),
    );
    expect(crc32(new TextEncoder().encode('123456789'))).toBe(0xcbf43926);
  });

  it('finds a flipped bit, a cut end and a wrong key', () => {
    const bytes = fc.uint8Array({ maxLength: 20 });
    fc.assert(
      fc.property(bytes, bytes, fc.nat(), (key, body, at) => {
        const record = sealRecord(key, body);
        expect(unsealRecord(key, record)).toEqual(body);
        const flipped = record.slice();
        flipped[at % record.length]! ^= 1 << (at % 8);
        const wrong = Uint8Array.from([...key, 0]);
        expect(() => unsealRecord(key, flipped)).toThrow(CorruptStoreError);
        expect(() => unsealRecord(wrong, record)).toThrow(CorruptStoreError);
        expect(() => unsealRecord(key, record.subarray(0, 3))).toThrow(CorruptStoreError);
      }),
    );
  });
});

describe('a record', () => {
  it.each(['{"seq":-1}', '{}', 'nonsense', ''])(
    'of JSON %j is not what its schema says',
    async (json) => {
      const codec = jsonCodec(Type.Object({ seq: Type.Integer({ minimum: 0 }) }));
      const records = await openMemoryRecords(layout);
      const raw = recordSpace('item!', bytesCodec);
      await records.write(() => [raw.put('a', new TextEncoder().encode(json))]);
      const reading = recordSpace('item!', codec).get(records, 'a');
      await expect(reading).rejects.toThrow('the record item! is not what its layout says');
      await expect(reading).rejects.toBeInstanceOf(CorruptStoreError);
    },
  );
});

it('is named in no message by what stands behind its kind: logs tell nobody which titles were watched', async () => {
  const records = await openMemoryRecords(layout);
  const titles = recordSpace('title!', bytesCodec);
  const { key } = titles.put('imdb:tt0111161', new Uint8Array());
  await records.write(() => [{ type: 'put', key, value: new Uint8Array(9) }]);
  const reading = titles.get(records, 'imdb:tt0111161');
  await expect(reading).rejects.toThrow('the record title! does not match its checksum');
});

describe('a write that fails', () => {
  it('counts nothing, and the database is opened again before the next', async () => {
    const memory = new MemoryLevel<Uint8Array, Uint8Array>({
      keyEncoding: 'view',
      valueEncoding: 'view',
    });
    let isFull = false;
    let openings = 0;
    const database: LevelDatabase = {
      open: () => {
        openings += 1;
        return memory.open();
      },
      get: (key) => memory.get(key),
      iterator: (range) => memory.iterator(range),
      batch: (operations) =>
        isFull ? Promise.reject(new Error('no space')) : memory.batch(operations),
      close: () => memory.close(),
    };
    const records = await DurableRecords.open({ name: 'full', database }, layout);
    const items = recordSpace('item!', bytesCodec);
    const put = (byte: number) => records.write(() => [items.put('a', Uint8Array.of(byte))]);
    await put(1);
    const { written } = records;
    isFull = true;
    await expect(put(2)).rejects.toThrow('no space');
    await expect(put(3)).rejects.toThrow('no space');
    expect(records.written).toEqual(written);
    isFull = false;
    expect(await records.read((reader) => items.get(reader, 'a'))).toEqual(Uint8Array.of(1));
    await put(4);
    expect(await items.get(records, 'a')).toEqual(Uint8Array.of(4));
    // At first, and before the third write and the reading.
    expect(openings).toBe(3);
    await records.close();
  });
});
