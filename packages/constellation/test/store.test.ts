import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { serialize } from 'node:v8';
import { crc32 } from 'node:zlib';
import { ClassicLevel } from 'classic-level';
import { describe, expect, it, jest } from '@jest/globals';
import { onTestFinished } from '@omega-tv/test-support';
import { isSyncError } from '@omega-tv/types';
import { openLevelConstellationStore, readReport } from '../src/index.js';
import { describeCheckpoints } from './conformance/checkpoints.js';
import { embeddedKinds } from './conformance/embedded-kinds.js';
import {
  changeOf,
  counters,
  FRAMES,
  LEARNED,
  learnedState,
  SETTINGS,
} from './conformance/stored-state.js';
import { syncErrorOf, temporaryFolder } from './support.js';

function recordOf(key: string, value: object): Buffer {
  const body = serialize(value);
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32LE(crc32(Buffer.concat([Buffer.from(key), body])));
  return Buffer.concat([checksum, body]);
}

embeddedKinds.forEach(describeCheckpoints);

describe('the level store', () => {
  it('refuses a second opener, and takes one after the first has closed', async () => {
    const directory = await temporaryFolder();
    const first = await openLevelConstellationStore({ directory });
    const error = await syncErrorOf(openLevelConstellationStore({ directory }));
    expect(error.code).toBe('invalid-config');
    expect(error.message).toContain(directory);
    expect(error.message).toContain('in use');
    await first.close();
    await (await openLevelConstellationStore({ directory })).close();
  });

  it('writes marks and sums of a checkpoint in one step, on the disk when it resolves (rule 4.3)', async () => {
    const batch = jest.spyOn(ClassicLevel.prototype, 'batch');
    onTestFinished(() => {
      batch.mockRestore();
    });
    const store = await openLevelConstellationStore({ directory: await temporaryFolder() });
    await store.checkpoints.save(changeOf(learnedState()));
    await store.close();
    const calls = batch.mock.calls as unknown as readonly (readonly [
      readonly { readonly key: Uint8Array }[],
      object,
    ])[];
    // The first says what the new store is.
    expect(calls).toHaveLength(2);
    const [operations, options] = calls[1]!;
    expect(options).toEqual({ sync: true });
    const keys = operations.map(({ key }) => Buffer.from(key).toString());
    const kinds = new Set(keys.map((key) => key.split('!')[0]));
    const learned = ['learning', 'title', 'shared', 'model', 'titles'];
    const expected = ['head', 'd', 'cluster', 'trend', ...learned, 'published', 'snapshot'];
    expect([...kinds]).toEqual(expected);
  });

  it('does not create what it shall only read', async () => {
    const parent = await temporaryFolder();
    for (const directory of [parent, path.join(parent, 'missing')]) {
      for (const opening of [
        openLevelConstellationStore({ directory, createIfMissing: false }),
        readReport(directory),
      ]) {
        const error = await syncErrorOf(opening);
        expect(error.code).toBe('invalid-config');
        expect(error.message).toContain(`The store ${directory} holds no store`);
      }
    }
    expect(await readdir(parent)).toEqual([]);
  });

  it.each([
    ['CURRENT', 'nonsense'],
    ['CURRENT', ''],
    ['CURRENT', 'MANIFEST-999999\n'],
    ['MANIFEST', 'nonsense'],
    ['MANIFEST', ''],
    ['CURRENT', undefined],
  ])('names the folder when %s holds %j (rule 5.4)', async (file, content) => {
    const directory = await temporaryFolder();
    const store = await openLevelConstellationStore({ directory });
    await store.checkpoints.save(changeOf(learnedState()));
    await store.close();
    const name = (await readdir(directory)).find((entry) => entry.startsWith(file));
    if (content === undefined) await rm(path.join(directory, name!));
    else await writeFile(path.join(directory, name!), content);
    const error = await syncErrorOf(openLevelConstellationStore({ directory }));
    expect(error.code).toBe('invalid-config');
    expect(error.details).toEqual({ field: 'directory' });
    expect(error.message).toContain(directory);
    expect(error.message).toContain('cannot be opened');
  });

  it('refuses a folder that is a file', async () => {
    const file = path.join(await temporaryFolder(), 'file');
    await writeFile(file, '');
    const error = await syncErrorOf(openLevelConstellationStore({ directory: file }));
    expect(error.code).toBe('invalid-config');
    expect(error.message).toContain(file);
  });

  it.each([
    ['another layout', recordOf('head', { layout: 9 }), 'written by a newer release (layout 9,'],
    ['the record of another key', recordOf('published', {}), 'does not match its checksum'],
    ['bytes that are no record', new Uint8Array([1, 2, 3]), 'does not match its checksum'],
  ])('refuses %s (rule 5.4)', async (_, record, message) => {
    const directory = await temporaryFolder();
    const db = new ClassicLevel<string, Uint8Array>(directory, { valueEncoding: 'view' });
    await db.put('head', record);
    await db.close();
    const error = await syncErrorOf(openLevelConstellationStore({ directory }));
    expect(error.code).toBe('invalid-config');
    expect(error.message).toContain(directory);
    expect(error.message).toContain(message);
  });

  it('is whole after a torn last record: the checkpoint before it is the last (rules 4.3, 5.1)', async () => {
    const directory = await temporaryFolder();
    const store = await openLevelConstellationStore({ directory });
    const state = learnedState();
    await store.checkpoints.save(changeOf(state));
    const log = (await readdir(directory)).find((name) => name.endsWith('.log'))!;
    const before = await readFile(path.join(directory, log));
    await store.checkpoints.save(
      changeOf(state, { epoch: 'epoch-2', devices: new Map([['b', { marks: new Map() }]]) }),
    );
    const after = await readFile(path.join(directory, log));
    await store.close();
    for (const cut of [1, (after.length - before.length) >> 1, after.length - before.length - 1]) {
      const copy = await temporaryFolder();
      for (const name of await readdir(directory)) {
        if (name === log) continue;
        await writeFile(path.join(copy, name), await readFile(path.join(directory, name)));
      }
      await writeFile(path.join(copy, log), after.subarray(0, before.length + cut));
      await rm(path.join(copy, 'LOCK'), { force: true });
      const torn = await openLevelConstellationStore({ directory: copy });
      expect(await torn.checkpoints.load()).toEqual({
        offset: 7,
        epoch: 'epoch-1',
        settings: SETTINGS,
        counters,
        federation: state,
        ...LEARNED,
        frames: FRAMES,
      });
      expect(await torn.checkpoints.loadDevice('b')).toBeUndefined();
      await torn.close();
    }
  });

  it.each(['.log', '.ldb'])(
    'never reads a flipped byte of a %s file as data (rule 5.4)',
    async (ending) => {
      const directory = await temporaryFolder();
      const state = learnedState();
      let store = await openLevelConstellationStore({ directory });
      for (let epoch = 0; epoch < 9; epoch += 1) {
        await store.checkpoints.save(changeOf(state, { epoch: `epoch-${epoch}` }));
      }
      await store.close();
      if (ending === '.ldb') {
        // The next opening writes the log out as a table.
        store = await openLevelConstellationStore({ directory });
        await store.close();
      }
      const name = (await readdir(directory)).find((entry) => entry.endsWith(ending))!;
      const bytes = await readFile(path.join(directory, name));
      let refused = 0;
      for (let at = 3; at < bytes.length; at += Math.ceil(bytes.length / 60)) {
        const copy = await temporaryFolder();
        await cp(directory, copy, { recursive: true });
        await writeFile(
          path.join(copy, name),
          bytes.map((byte, i) => (i === at ? byte ^ 0x41 : byte)),
        );
        // What LevelDB threw away stays missing: the second opening is refused as well.
        for (let opening = 0; opening < 2; opening += 1) {
          try {
            const opened = await openLevelConstellationStore({ directory: copy });
            const loaded = await opened.checkpoints.load().finally(() => opened.close());
            expect(loaded).toEqual({
              offset: 7,
              epoch: 'epoch-8',
              settings: SETTINGS,
              counters,
              federation: state,
              ...LEARNED,
              frames: FRAMES,
            });
          } catch (error) {
            if (!isSyncError(error, 'invalid-config')) throw error;
            refused += 1;
          }
        }
      }
      // Flips in what nobody reads, as records written over, may pass.
      expect(refused).toBeGreaterThan(4);
    },
  );
});
