/** What a column holds. */
export type SqlValue = string | number | Uint8Array | null;

export type SqlRow = Readonly<Record<string, SqlValue>>;

/** A prepared statement of AgentDB. */
export interface AgentStatement {
  run(...values: readonly SqlValue[]): unknown;
  all(...values: readonly SqlValue[]): readonly SqlRow[];
  finalize(): void;
}

/**
 * What `createDatabase` of AgentDB 1.6 opens, as far as it is needed here: SQLite in memory (sql.js).
 * Its own `save()` and `close()` write the file in place, and so may leave half of it; they are not
 * used.
 */
export interface AgentDatabase {
  prepare(sql: string): AgentStatement;
  exec(sql: string): unknown;
  /** The database of sql.js. `export()` ends all prepared statements. */
  readonly db: { export(): Uint8Array; close(): void };
}

/** The rows that a query finds. */
export function rowsOf(database: AgentDatabase, sql: string): readonly SqlRow[] {
  const statement = database.prepare(sql);
  try {
    return statement.all();
  } finally {
    statement.finalize();
  }
}

/** Runs a statement for each list of values, in the caller's transaction. */
export function runForEach(
  database: AgentDatabase,
  sql: string,
  lists: readonly (readonly SqlValue[])[],
): void {
  const statement = database.prepare(sql);
  try {
    for (const values of lists) statement.run(...values);
  } finally {
    statement.finalize();
  }
}

/** Runs `work` in one transaction: whole, or not at all where it throws. */
export function inTransaction(database: AgentDatabase, work: () => void): void {
  database.exec('BEGIN');
  try {
    work();
  } catch (error) {
    database.exec('ROLLBACK');
    throw error;
  }
  database.exec('COMMIT');
}
