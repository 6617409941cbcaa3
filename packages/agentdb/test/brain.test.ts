import { mkdir, readdir, readFile, rmdir, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { emptySyncState, eraseAll, eraseProfile } from '@omega-tv/client';
import type { LearnedPattern } from '@omega-tv/client';
import { loadCatalogue } from '@omega-tv/catalogue';
import { MAX_TAKEN_SKILLS, type AgentDbPatternStore } from '../src/index.js';
import { learn, practise, prune, rows } from './brain.mjs';
import { createTv, kinds } from './support.js';

const { embedding } = loadCatalogue()[0]!;
const ALL = Number.MAX_SAFE_INTEGER;

function patternOf(id: string, change: Partial<LearnedPattern> = {}): LearnedPattern {
  return { id, embedding, genre: 'drama', successRate: 0.9, sampleCount: 12, ...change };
}

async function countsOf(store: AgentDbPatternStore) {
  const learned = await store.skillList(ALL, 'learned');
  return Object.fromEntries(learned.map(({ id, sampleCount }) => [id, sampleCount]));
}

/** A snapshot of patterns by id and samples. */
function stateOf(version: number, counts: Readonly<Record<string, number>>) {
  const patterns = Object.entries(counts).map(([id, sampleCount]) =>
    patternOf(id, { sampleCount }),
  );
  const timestamp = '2026-11-22T10:00:00.000Z';
  return { ...emptySyncState, snapshot: { patterns, trends: [], version, timestamp } };
}

describe.each(kinds)('a brain on %s', (kind) => {
  it('shares the skills that it writes, and what they gain (rule 5.25)', async () => {
    const { store, database } = await (await createTv(kind)).open();
    learn(database, 0, { name: 'evening', uses: 12 });
    const [skill] = await store.skillList(9);
    expect(skill).toMatchObject({ ...patternOf('evening'), origin: 'learned' });
    practise(database, 'evening', 3);
    expect(await countsOf(store)).toEqual({ evening: 15 });
    await store.close();
  });

  it('leaves out what is no pattern (rule 5.25)', async () => {
    const { store, database } = await (await createTv(kind)).open();
    learn(database, 0, { name: 'unused', uses: 0 });
    learn(database, 1, { name: 'fit' });
    learn(database, 2, { name: 'strange' });
    database.exec(`UPDATE skill_embeddings SET embedding = x'0000'
      WHERE skill_id = (SELECT id FROM skills WHERE name = 'strange')`);
    expect(await countsOf(store)).toEqual({ fit: 12 });
    await store.close();
  });

  it('is asked for the skills of the best success, a limit of them (rule 5.25)', async () => {
    const { store, database } = await (await createTv(kind)).open();
    learn(database, 0, { name: 'poor', rate: 0.1 });
    expect(await countsOf(store)).toEqual({ poor: 12 });
    learn(database, 0, { name: 'poorer', rate: 0.05 });
    for (let index = 0; index < MAX_TAKEN_SKILLS; index += 1) learn(database, index);
    const counts = await countsOf(store);
    expect(Object.keys(counts)).toHaveLength(MAX_TAKEN_SKILLS + 1);
    expect(counts).not.toHaveProperty('poorer');
    practise(database, 'poor');
    expect(await countsOf(store)).toHaveProperty('poor', 13);
    await store.close();
  });

  it.each(['\0', 'a\0b', '\ufeff', '\ufeffevening', ' ', '1.0'])(
    'may call a skill %j (rule 5.7)',
    async (name) => {
      const tv = await createTv(kind);
      const first = await tv.open();
      learn(first.database, 0, { name });
      await first.store.skillStore(patternOf('other', { genre: name }));
      expect(await countsOf(first.store)).toEqual({ [name]: 12, other: 12 });
      await first.store.close();
      const { store } = await tv.open();
      const genres = (await store.skillList(9)).map(({ genre }) => genre);
      expect(genres.sort()).toEqual(['drama', name].sort());
      expect(await countsOf(store)).toEqual({ [name]: 12, other: 12 });
      await store.close();
    },
  );

  it('may prune: the skill stays gone, its samples stay in the books (rule 5.25)', async () => {
    const tv = await createTv(kind);
    const first = await tv.open();
    learn(first.database, 0, { name: 'old' });
    await first.store.save();
    prune(first.database, 'old');
    await first.store.close();
    const second = await tv.open();
    expect(rows(second.database, 'SELECT name FROM skills')).toEqual([]);
    expect(await countsOf(second.store)).toEqual({ old: 12 });
    await second.store.close();
  });

  it('keeps the metadata that it wrote, and finds the origin there (rule 5.29)', async () => {
    const { store, database } = await (await createTv(kind)).open();
    learn(database, 0, { name: 'evening' });
    database.exec(`UPDATE skills SET metadata = '{"mood":"calm"}'`);
    await store.skillStore(patternOf('evening', { sampleCount: 20, profile: 'anna' }));
    await store.saveSyncState(stateOf(1, { 'global:a': 7 }));
    const stored = rows(database, 'SELECT name, metadata FROM skills ORDER BY name');
    const parsed = (text: unknown): unknown => JSON.parse(String(text));
    expect(stored.map(({ name, metadata }) => [name, parsed(metadata)])).toEqual([
      ['evening', { mood: 'calm', origin: 'learned', profile: 'anna' }],
      ['global:a', { origin: 'published' }],
    ]);
    await store.close();
  });

  it('finds published patterns as skills: updated, never doubled, never told (rule 5.29)', async () => {
    const tv = await createTv(kind);
    const { store, database } = await tv.open();
    const list = () => rows(database, 'SELECT id, name, description, uses, created_at FROM skills');
    await store.saveSyncState(stateOf(1, { 'global:a': 7, 'global:b': 9 }));
    const [a] = list();
    const createdAt = Date.parse('2026-11-22T10:00:00Z') / 1000;
    expect(a).toMatchObject({ name: 'global:a', description: 'drama', uses: 7 });
    expect(a?.created_at).toBe(createdAt);
    practise(database, 'global:a', 5);
    expect(await countsOf(store)).toEqual({});
    await store.saveSyncState(stateOf(2, { 'global:a': 8, 'global:c': 1 }));
    expect(list()).toMatchObject([
      { id: a?.id ?? null, name: 'global:a', uses: 8 },
      { name: 'global:c', uses: 1 },
    ]);
    await store.close();
    const again = await tv.open();
    const names = rows(again.database, 'SELECT name FROM skills').map(({ name }) => name);
    expect(names).toEqual(['global:a', 'global:c']);
    await again.store.close();
  });
});

describe.each(kinds)('the files of a TV on %s', (kind) => {
  it.each([['cut short', 9000] as const, ['empty', 0] as const])(
    'AgentDB file %s: what was told comes back (rule 5.27)',
    async (_, bytes) => {
      const tv = await createTv(kind);
      const first = await tv.open();
      learn(first.database, 0, { name: 'evening', uses: 30 });
      await first.store.close();
      await truncate(tv.file, bytes);
      const second = await tv.open();
      expect(second.outcomes).toMatchObject({ syncState: 'opened' });
      const names = (await readdir(path.dirname(tv.file))).filter((name) =>
        name.includes('corrupt'),
      );
      expect(names).toHaveLength(bytes === 0 ? 0 : 1);
      expect(rows(second.database, 'SELECT name, uses FROM skills')).toEqual([
        { name: 'evening', uses: 30 },
      ]);
      expect(await countsOf(second.store)).toEqual({ evening: 30 });
      await second.store.close();
    },
  );

  it('an older file of AgentDB: the higher count comes back (rule 5.27)', async () => {
    const tv = await createTv(kind);
    const first = await tv.open();
    learn(first.database, 0, { name: 'evening', uses: 30 });
    await first.store.save();
    const older = await readFile(tv.file);
    practise(first.database, 'evening', 10);
    await first.store.close();
    await writeFile(tv.file, older);
    const second = await tv.open();
    practise(second.database, 'evening');
    expect(await countsOf(second.store)).toEqual({ evening: 41 });
    await second.store.close();
  });

  it('hold no byte of a profile that was erased, nor of all (rule 5.11)', async () => {
    const tv = await createTv(kind);
    const { store } = await tv.open();
    await store.skillStore(patternOf('night owls', { genre: 'noir', profile: 'annabel' }));
    await store.skillStore(patternOf('mornings'));
    expect((await readFile(tv.file)).includes('night owls')).toBe(true);
    await eraseProfile(store, 'annabel', () => 1);
    const file = await readFile(tv.file);
    for (const word of ['night owls', 'noir', 'annabel']) expect(file.includes(word)).toBe(false);
    expect(await countsOf(store)).toEqual({ mornings: 12 });
    await eraseAll(store, () => 1);
    expect((await readFile(tv.file)).includes('mornings')).toBe(false);
    await store.close();
    const again = await tv.open();
    expect(await countsOf(again.store)).toEqual({});
    await again.store.close();
  });

  it('a file that cannot be written says so (rule 5.13)', async () => {
    const tv = await createTv(kind);
    const { store } = await tv.open();
    await store.skillStore(patternOf('kept'));
    // A folder where the file is written first: no write succeeds.
    await mkdir(`${tv.file}.unfinished`);
    await expect(store.skillStore(patternOf('refused'))).rejects.toMatchObject({
      code: 'serialization',
      retryable: true,
    });
    await rmdir(`${tv.file}.unfinished`);
    await store.skillStore(patternOf('refused'));
    expect(await countsOf(store)).toEqual({ kept: 12, refused: 12 });
    await store.close();
  });

  it('a folder in the place of the file: the TV starts, the folder stays (rule 5.2)', async () => {
    const tv = await createTv(kind);
    await mkdir(tv.file);
    const { store, outcomes } = await tv.open();
    expect(outcomes).toEqual({ skills: 'memory-only', syncState: 'opened' });
    await store.skillStore(patternOf('evening'));
    await store.close();
    expect(await readdir(tv.file)).toEqual([]);
  });
});
