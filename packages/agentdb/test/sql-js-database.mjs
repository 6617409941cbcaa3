// What AgentDB's createDatabase gives, as far as the store uses it: the same sql.js below.
import { existsSync, readFileSync } from 'node:fs';
import initSqlJs from 'sql.js';

const SQL = await initSqlJs();

export async function createDatabase(file) {
  const db = existsSync(file) ? new SQL.Database(readFileSync(file)) : new SQL.Database();
  return {
    db,
    exec: (sql) => db.exec(sql),
    prepare: (sql) => {
      const statement = db.prepare(sql);
      return {
        run: (...values) => statement.run(values),
        all: (...values) => {
          const rows = [];
          statement.bind(values);
          while (statement.step()) rows.push(statement.getAsObject());
          statement.reset();
          return rows;
        },
        finalize: () => statement.free(),
      };
    },
  };
}
