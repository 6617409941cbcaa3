import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect } from '@jest/globals';
import { itUnless } from '@omega-tv/test-support';
import { agentDbFolder, importAgentDb } from './databases.mjs';
import { rows } from './brain.mjs';
import { createTv, missingAgentDb } from './support.js';

const readSchema = () =>
  readFile(path.join(agentDbFolder ?? '', 'node_modules/agentdb/dist/schemas/schema.sql'), 'utf8');

itUnless(missingAgentDb, 'the tables that a first opening makes are those of AgentDB', async () => {
  const tv = await createTv('agentdb');
  const { store, database } = await tv.open();
  const theirs = await (await importAgentDb()).createDatabase(':memory:');
  theirs.exec(await readSchema());
  for (const table of ['skills', 'skill_embeddings']) {
    const sql = `SELECT name, type, "notnull", dflt_value, pk FROM pragma_table_info('${table}')`;
    expect(rows(database, sql)).toEqual(rows(theirs, sql));
  }
  theirs.db.close();
  await store.close();
});

itUnless(missingAgentDb, 'SkillLibrary finds, counts and prunes what the store holds', async () => {
  const tv = await createTv('agentdb');
  const { store, database } = await tv.open();
  database.exec(await readSchema());
  const { SkillLibrary } = await importAgentDb();
  const embedding = new Float32Array(384).fill(0.05);
  const library = new SkillLibrary(database, { embed: () => Promise.resolve(embedding) });
  const skill = { signature: { inputs: {}, outputs: {} }, avgReward: 1, avgLatencyMs: 0 };
  const id = await library.createSkill({
    ...skill,
    ...{ name: 'evening', description: 'drama', successRate: 1, uses: 11 },
  });
  library.updateSkillStats(id, true, 1, 0);
  await store.skillStore({
    id: 'night',
    genre: 'noir',
    embedding,
    successRate: 1,
    sampleCount: 20,
  });
  expect(await store.skillList(9)).toMatchObject([
    { id: 'night', sampleCount: 20, genre: 'noir' },
    { id: 'evening', sampleCount: 12, genre: 'drama', origin: 'learned' },
  ]);
  const found = await library.retrieveSkills({ task: 'anything' });
  expect(found.map(({ name }) => name).sort()).toEqual(['evening', 'night']);
  expect(library.pruneSkills({ minUses: 1000, minSuccessRate: 1.1, maxAgeDays: -1 })).toBe(2);
  expect((await store.skillList(9)).map(({ sampleCount }) => sampleCount)).toEqual([20, 12]);
  await store.close();
});
