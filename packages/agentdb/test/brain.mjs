// A brain that counts its successes in AgentDB's tables, as AgentDB's SkillLibrary does.
import { loadCatalogue } from '@omega-tv/catalogue';

const titles = loadCatalogue();
const INSERT = `
  INSERT INTO skills (name, description, signature, success_rate, uses)
  VALUES (?, ?, '{"inputs":{},"outputs":{}}', ?, ?)`;

function run(database, sql, ...values) {
  const statement = database.prepare(sql);
  statement.run(...values);
  statement.finalize();
}

export function rows(database, sql) {
  const statement = database.prepare(sql);
  const found = statement.all();
  statement.finalize();
  return found;
}

/** A skill with the embedding of a real title. */
export function learn(database, index, { name = `skill-${index}`, rate = 0.9, uses = 12 } = {}) {
  const { embedding } = titles[index];
  run(database, INSERT, name, 'drama', rate, uses);
  const bytes = new Uint8Array(embedding.slice().buffer);
  const sql =
    'INSERT INTO skill_embeddings (skill_id, embedding) SELECT id, ? FROM skills WHERE name = ?';
  run(database, sql, bytes, name);
}

/** More samples of a skill. */
export function practise(database, name, uses = 1) {
  run(database, 'UPDATE skills SET uses = uses + ? WHERE name = ?', uses, name);
}

export function prune(database, name) {
  run(database, 'DELETE FROM skills WHERE name = ?', name);
}

/** All samples that the brain counted. */
export function samplesOf(database) {
  const sql = "SELECT SUM(uses) AS uses FROM skills WHERE name NOT LIKE 'global:%'";
  return Number(rows(database, sql)[0].uses);
}
