// Where the databases of the tests come from: sql.js, and AgentDB where AGENTDB names its folder.
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { createDatabase } from './sql-js-database.mjs';

/** The folder that has agentdb in its node_modules; undefined where there is none. */
export const agentDbFolder = process.env.AGENTDB || undefined;

/** @returns the modules of AgentDB itself */
export function importAgentDb() {
  return import(pathToFileURL(path.join(agentDbFolder, 'node_modules/agentdb/dist/index.js')).href);
}

/** @param {'agentdb' | 'sql.js'} kind */
export async function createDatabaseOf(kind) {
  return kind === 'sql.js' ? createDatabase : (await importAgentDb()).createDatabase;
}
