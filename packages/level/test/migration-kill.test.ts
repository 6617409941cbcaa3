import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ClassicLevel } from 'classic-level';
import { Type } from 'typebox';
import { expect, it } from '@jest/globals';
import { temporaryFolder } from '@omega-tv/test-support';
import { jsonCodec, recordSpace } from '../src/index.js';
import { openRecords } from '../src/node/index.js';

const RECORDS = 60;
/** Kills that left a migration half done. */
const WANTED = 4;
const MAX_ROUNDS = 60;

const script = fileURLToPath(new URL('migration-process.mjs', import.meta.url));
const oldRecords = recordSpace('old!', jsonCodec(Type.Integer()));
const newRecords = recordSpace('new!', jsonCodec(Type.Integer()));
const ids = Array.from({ length: RECORDS }, (_, i) => String(i).padStart(3, '0'));

async function firstLayout(): Promise<string> {
  const directory = path.join(await temporaryFolder(), 'records');
  const records = await openRecords({ kind: 'migrating', layout: 1, directory });
  await records.write(() => ids.map((id, i) => oldRecords.put(id, i)));
  await records.close();
  return directory;
}

/** How many records were moved, told without opening the store as what it is. */
async function countMoved(directory: string): Promise<number> {
  const db = new ClassicLevel(directory);
  const keys = await db.keys({ gte: 'new!', lt: 'new"' }).all();
  await db.close();
  return keys.length;
}

it('a migration of many batches goes on after kill -9 at any point (rule 5.6)', async () => {
  let half = 0;
  // A machine's speed decides when it is amid the migration: the bounds close in on it.
  let tooEarlyMs = 0;
  let tooLateMs = 1024;
  for (let round = 0; half < WANTED && round < MAX_ROUNDS; round += 1) {
    const directory = await firstLayout();
    const delayMs = (tooEarlyMs + tooLateMs) / 2;
    const { signal } = spawnSync(process.execPath, [script, directory, String(delayMs)]);
    const moved = await countMoved(directory);
    if (signal === null || moved === RECORDS) tooLateMs = Math.max(delayMs, tooEarlyMs + 1);
    else if (moved === 0) tooEarlyMs = Math.min(delayMs, tooLateMs - 1);
    else half += 1;

    expect(spawnSync(process.execPath, [script, directory]).status).toBe(0);
    const records = await openRecords({ kind: 'migrating', layout: 2, directory });
    const found: unknown[] = [];
    for await (const entry of newRecords.entries(records)) found.push(entry);
    expect(found).toEqual(ids.map((id, i) => [id, 2 * i]));
    for await (const entry of oldRecords.entries(records)) expect(entry).toBeUndefined();
    await records.close();
  }
  expect(half).toBe(WANTED);
});
