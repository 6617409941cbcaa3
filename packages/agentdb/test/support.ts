import path from 'node:path';
import { temporaryFolder } from '@omega-tv/test-support';
import type { Logger } from '@omega-tv/types';
import { openAgentDbPatternStore, type OpenedAgentDbStore } from '../src/index.js';
import { agentDbFolder, createDatabaseOf, type DatabaseKind } from './databases.mjs';

/** sql.js, on which AgentDB stands, wherever tests run; AgentDB itself where it is installed. */
export const kinds: readonly DatabaseKind[] =
  agentDbFolder === undefined ? ['sql.js'] : ['sql.js', 'agentdb'];

/** Why AgentDB itself is not tried here; undefined where it is. */
export const missingAgentDb: string | undefined =
  agentDbFolder === undefined
    ? 'no AgentDB; name a folder that has it in its node_modules in AGENTDB'
    : undefined;

export interface Tv {
  readonly file: string;
  readonly directory: string;
  open(logger?: Logger): Promise<OpenedAgentDbStore>;
}

/** The places of a TV's store in a folder that is removed when the test ends. */
export async function createTv(kind: DatabaseKind): Promise<Tv> {
  const folder = await temporaryFolder();
  const createDatabase = await createDatabaseOf(kind);
  const places = { file: path.join(folder, 'brain.db'), directory: path.join(folder, 'sync') };
  const clock = { nowMs: () => Date.parse('2026-11-22T10:00:00Z') };
  return {
    ...places,
    open: (logger) =>
      openAgentDbPatternStore({
        ...places,
        createDatabase,
        clock,
        ...(logger === undefined ? {} : { logger }),
      }),
  };
}
