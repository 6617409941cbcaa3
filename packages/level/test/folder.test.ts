import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ClassicLevel } from 'classic-level';
import { describe, expect, it } from '@jest/globals';
import { syncErrorOf, temporaryFolder } from '@omega-tv/test-support';
import {
  bytesCodec,
  CorruptStoreError,
  lostWritesRecord,
  recordSpace,
  singleRecord,
} from '../src/index.js';
import { openMemoryRecords } from '../src/memory/index.js';
import { openOrSetAside, openRecords } from '../src/node/index.js';

const layout = { kind: 'test', layout: 1 };
const only = singleRecord('only', bytesCodec);
const many = recordSpace('many!', bytesCodec);

async function newDirectory(): Promise<string> {
  return path.join(await temporaryFolder(), 'data', 'records');
}

describe('a folder of records', () => {
  it('is made for its owner only, with its parents', async () => {
    const directory = await newDirectory();
    await (await openRecords({ ...layout, directory })).close();
    for (const folder of [directory, path.dirname(directory)]) {
      expect((await stat(folder)).mode & 0o777).toBe(0o700);
    }
  });

  it('is left as it is where it exists', async () => {
    const directory = await newDirectory();
    await mkdir(directory, { recursive: true, mode: 0o755 });
    const before = (await stat(directory)).mode;
    await (await openRecords({ ...layout, directory })).close();
    expect((await stat(directory)).mode).toBe(before);
  });

  it('is one owner’s at a time, and says so', async () => {
    const directory = await newDirectory();
    const records = await openRecords({ ...layout, directory });
    const error = await syncErrorOf(openRecords({ ...layout, directory }));
    expect(error).toMatchObject({ code: 'invalid-config', details: { field: 'directory' } });
    expect(error.message).toBe(
      `The store ${directory} is in use by another process; stop it or choose another folder`,
    );
    await records.write(() => [only.put(Uint8Array.of(1))]);
    await records.close();
  });

  it('is marked where LevelDB found its log damaged, until somebody dealt with it', async () => {
    const directory = await newDirectory();
    const open = () => openRecords({ ...layout, directory, lostWrites: 'mark' });
    const records = await open();
    const block = 32_768;
    for (const id of ['a', 'b', 'c']) {
      await records.write(() => [many.put(id, new Uint8Array(block).fill(id.charCodeAt(0)))]);
    }
    await records.close();
    const [name = ''] = (await readdir(directory)).filter((file) => file.endsWith('.log'));
    const log = await readFile(path.join(directory, name));
    log[1.5 * block]! ^= 1;
    await writeFile(path.join(directory, name), log);

    for (const isDealtWith of [false, true]) {
      const damaged = await open();
      expect(await many.get(damaged, 'a')).toBeDefined();
      expect(await many.get(damaged, 'b')).toBeUndefined();
      expect(await lostWritesRecord.get(damaged)).toMatch(/checksum|missing|partial/);
      if (isDealtWith) await damaged.write(() => [lostWritesRecord.delete()]);
      await damaged.close();
    }
    const sound = await open();
    expect(await lostWritesRecord.get(sound)).toBeUndefined();
    await sound.close();
  });

  it('is not made where nothing is to be created', async () => {
    const directory = await newDirectory();
    const opening = openRecords({ ...layout, directory, createIfMissing: false });
    expect((await syncErrorOf(opening)).message).toContain('holds no store');
    await expect(stat(directory)).rejects.toThrow('ENOENT');
  });

  it('holds nothing that was deleted once it was compacted, and goes on', async () => {
    const directory = await newDirectory();
    const records = await openRecords({ ...layout, directory });
    const planted = Buffer.from('planted-value');
    await records.write(() => [only.put(planted)]);
    await records.write(() => [only.delete()]);
    const holdsPlanted = async () => {
      const names = await readdir(directory);
      const files = await Promise.all(names.map((name) => readFile(path.join(directory, name))));
      return Buffer.concat(files).includes(planted);
    };
    expect(await holdsPlanted()).toBe(true);
    await records.compact();
    expect(await holdsPlanted()).toBe(false);
    await records.write(() => [only.put(Uint8Array.of(1))]);
    expect(await only.get(records)).toEqual(Uint8Array.of(1));
    await records.close();
    await records.compact();
  });

  it('of unmarked records is refused unless their layout is known', async () => {
    const directory = await newDirectory();
    const records = await openRecords({ ...layout, directory });
    await records.close();
    const db = new ClassicLevel(directory);
    await db.clear();
    await db.put('old', 'value');
    await db.close();
    const error = await syncErrorOf(openRecords({ ...layout, directory }));
    expect(error.message).toContain('holds something else than "test"');
    const unmarkedLayout = () => Promise.resolve(1);
    await (await openRecords({ ...layout, unmarkedLayout, directory })).close();
    await (await openRecords({ ...layout, directory })).close();
  });
});

describe('a store that cannot be used', () => {
  const open = async (directory: string, change: { recover?: boolean } = {}) => {
    const createInMemory = await openMemoryRecords(layout);
    return openOrSetAside({
      directory,
      clock: { nowMs: () => 5 },
      open: () => openRecords({ ...layout, directory }),
      createInMemory: () => createInMemory,
      ...change,
    });
  };

  it('is set aside where it is corrupt', async () => {
    const directory = await newDirectory();
    const { store } = await open(directory);
    await store.close();
    await writeFile(path.join(directory, 'CURRENT'), 'nonsense');
    const opened = await open(directory);
    expect(opened).toMatchObject({ outcome: 'set-aside', setAsideTo: `${directory}.corrupt-5` });
    expect(opened.cause).toBeInstanceOf(CorruptStoreError);
    await opened.store.close();
    expect(await readdir(`${directory}.corrupt-5`)).toContain('CURRENT');
  });

  it('gives way to memory where the disk fails, and is an error for who only reads', async () => {
    const file = path.join(await temporaryFolder(), 'file');
    await writeFile(file, 'a file');
    expect(await open(file)).toMatchObject({ outcome: 'memory-only' });
    const error = await syncErrorOf(open(file, { recover: false }));
    expect(error.message).toContain(`The store ${file} cannot be used (`);
  });

  it('is left alone where it holds something else or a newer layout', async () => {
    const directory = await newDirectory();
    await (await openRecords({ kind: 'test', layout: 2, directory })).close();
    expect((await syncErrorOf(open(directory))).message).toContain('newer release (layout 2');
    await (await openRecords({ kind: 'test', layout: 2, directory })).close();
  });
});
