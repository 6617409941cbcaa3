import type { LearnedPattern, PatternOrigin } from '@omega-tv/client';
import { isPublishedId, type PatternData } from '@omega-tv/types';
import {
  inTransaction,
  rowsOf,
  runForEach,
  type AgentDatabase,
  type SqlRow,
} from './agent-database.js';

/** AgentDB's own tables where its schema was not loaded yet, and one for what is told. */
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS skills (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT UNIQUE NOT NULL,
    description TEXT,
    signature JSON NOT NULL,
    code TEXT,
    success_rate REAL DEFAULT 0.0,
    uses INTEGER DEFAULT 0,
    avg_reward REAL DEFAULT 0.0,
    avg_latency_ms INTEGER DEFAULT 0,
    created_from_episode INTEGER,
    created_at INTEGER NOT NULL DEFAULT (strftime('%s', 'now')),
    updated_at INTEGER NOT NULL DEFAULT (strftime('%s', 'now')),
    last_used_at INTEGER,
    metadata JSON,
    FOREIGN KEY (created_from_episode) REFERENCES episodes (id)
  );
  CREATE TABLE IF NOT EXISTS skill_embeddings (
    skill_id INTEGER PRIMARY KEY,
    embedding BLOB NOT NULL,
    embedding_model TEXT DEFAULT 'all-MiniLM-L6-v2',
    FOREIGN KEY (skill_id) REFERENCES skills (id) ON DELETE CASCADE
  );
  CREATE TABLE IF NOT EXISTS omega_tv_told (name TEXT PRIMARY KEY, samples INTEGER NOT NULL);
`;

/** The best success first. */
const LIST = `
  SELECT CAST(name AS BLOB) AS name, CAST(description AS BLOB) AS description, success_rate, uses, metadata, embedding
  FROM skills JOIN skill_embeddings ON skill_id = id
  ORDER BY success_rate DESC, uses DESC, name`;

/** What a brain keeps in a skill's metadata beside our own members stays; a member of null goes. */
const PUT_SKILL = `
  INSERT INTO skills
    (name, description, signature, success_rate, uses, created_at, updated_at, metadata)
  VALUES (?, ?, '{"inputs":{},"outputs":{}}', ?, ?, ?, ?, json_patch('{}', ?))
  ON CONFLICT (name) DO UPDATE SET
    description = excluded.description, success_rate = excluded.success_rate,
    uses = excluded.uses, updated_at = excluded.updated_at,
    metadata = json_patch(
      CASE WHEN json_valid(metadata) THEN metadata ELSE '{}' END, excluded.metadata)`;

const PUT_EMBEDDING = `
  INSERT INTO skill_embeddings (skill_id, embedding) SELECT id, ? FROM skills WHERE name = ?
  ON CONFLICT (skill_id) DO UPDATE SET embedding = excluded.embedding`;

const PUT_TOLD = 'INSERT OR REPLACE INTO omega_tv_told (name, samples) VALUES (?, ?)';

const REMOVE = [
  'DELETE FROM skill_embeddings WHERE skill_id IN (SELECT id FROM skills WHERE name = ?)',
  'DELETE FROM skills WHERE name = ?',
  'DELETE FROM omega_tv_told WHERE name = ?',
];

/** The skills of an AgentDB as patterns: name = id, description = genre, uses = samples. */
export class SkillTables {
  readonly #database: AgentDatabase;

  /** @throws where the database is damaged. */
  constructor(database: AgentDatabase) {
    this.#database = database;
    database.exec(SCHEMA);
  }

  /** Skills that no server published, best success first; not checked. */
  listLearned(): readonly LearnedPattern[] {
    return rowsOf(this.#database, LIST)
      .filter((row) => !isPublishedId(toText(row.name)))
      .map(toPattern);
  }

  /** Inserts or updates skills by name, all or none. */
  put(patterns: readonly LearnedPattern[], origin: PatternOrigin, nowMs: number): void {
    if (patterns.length === 0) return;
    const nowS = Math.floor(nowMs / 1000);
    const skills = patterns.map(({ id, genre, successRate, sampleCount, profile = null }) => {
      const metadata = JSON.stringify({ origin, profile });
      return [id, genre, successRate, sampleCount, nowS, nowS, metadata];
    });
    inTransaction(this.#database, () => {
      runForEach(this.#database, PUT_SKILL, skills);
      const embeddings = patterns.map(({ id, embedding }) => [toBytes(embedding), id]);
      runForEach(this.#database, PUT_EMBEDDING, embeddings);
    });
  }

  /** The published skills become these: new ones inserted, known ones updated, others removed. */
  putPublished(patterns: readonly PatternData[], nowMs: number): void {
    const kept = new Set(patterns.map(({ id }) => id));
    const stored = rowsOf(this.#database, 'SELECT CAST(name AS BLOB) AS name, metadata FROM skills')
      .filter((row) => metadataOf(row).origin === 'published')
      .map(({ name }) => toText(name));
    this.remove(stored.filter((name) => isPublishedId(name) && !kept.has(name)));
    this.put(patterns, 'published', nowMs);
  }

  /** Removes skills, and that they were told. */
  remove(names: readonly string[]): void {
    if (names.length === 0) return;
    inTransaction(this.#database, () => {
      for (const sql of REMOVE) {
        runForEach(
          this.#database,
          sql,
          names.map((name) => [name]),
        );
      }
    });
  }

  /** How many samples of each skill the store of the sync state may have been told of. */
  told(): ReadonlyMap<string, number> {
    const rows = rowsOf(
      this.#database,
      'SELECT CAST(name AS BLOB) AS name, samples FROM omega_tv_told',
    );
    return new Map(rows.map(({ name, samples }) => [toText(name), Number(samples)]));
  }

  setTold(patterns: readonly Pick<PatternData, 'id' | 'sampleCount'>[]): void {
    const rows = patterns.map(({ id, sampleCount }) => [id, sampleCount]);
    inTransaction(this.#database, () => {
      runForEach(this.#database, PUT_TOLD, rows);
    });
  }
}

function toPattern(row: SqlRow): LearnedPattern {
  const { profile } = metadataOf(row);
  const pattern: LearnedPattern = {
    id: toText(row.name),
    genre: toText(row.description),
    successRate: Number(row.success_rate),
    sampleCount: Number(row.uses),
    embedding: toFloats(row.embedding),
  };
  return typeof profile === 'string' ? { ...pattern, profile } : pattern;
}

/** sql.js reads text up to a NUL and without a byte order mark, so texts are read as bytes. */
function toText(blob: unknown): string {
  return ArrayBuffer.isView(blob) ? new TextDecoder('utf-8', { ignoreBOM: true }).decode(blob) : '';
}

function metadataOf({ metadata }: SqlRow): Readonly<Record<string, unknown>> {
  try {
    const parsed: unknown = JSON.parse(String(metadata ?? '{}'));
    return typeof parsed === 'object' && parsed !== null ? { ...parsed } : {};
  } catch {
    return {}; // A brain may keep there what it likes.
  }
}

function toBytes({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** Copied, since four bytes of a blob begin anywhere; empty where it holds no 32-bit floats. */
function toFloats(blob: unknown): Float32Array {
  if (!(ArrayBuffer.isView(blob) && blob.byteLength % 4 === 0)) return new Float32Array(0);
  const bytes = new Uint8Array(blob.buffer, blob.byteOffset, blob.byteLength);
  return new Float32Array(bytes.slice().buffer);
}
