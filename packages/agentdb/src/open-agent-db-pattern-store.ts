import { readFile } from 'node:fs/promises';
import { openLevelPatternStore } from '@omega-tv/client/node';
import { CorruptStoreError } from '@omega-tv/level';
import { openOrSetAside, type OpenedStore } from '@omega-tv/level/node';
import { silentLogger, systemClock, type Clock, type Logger } from '@omega-tv/types';
import { rowsOf, type AgentDatabase } from './agent-database.js';
import { AgentDbStore, type AgentDbPatternStore } from './agent-db-pattern-store.js';
import { createDatabaseFile, noFile } from './database-file.js';

export interface AgentDbPatternStoreOptions {
  /** The one of `agentdb`. */
  readonly createDatabase: (file: string) => Promise<AgentDatabase>;
  /** AgentDB's file; made where it does not exist. */
  readonly file: string;
  /** A folder for what AgentDB has no place for: sync state and marks. */
  readonly directory: string;
  /** Default: the machine's. */
  readonly clock?: Clock;
  /** Default: silent. */
  readonly logger?: Logger;
}

export interface OpenedAgentDbStore {
  readonly store: AgentDbPatternStore;
  /** For AgentDB's own controllers, `SkillLibrary` say; `store.close()` closes it. */
  readonly database: AgentDatabase;
  /** What was found of AgentDB's file, and of the folder beside it. */
  readonly outcomes: Readonly<Record<'skills' | 'syncState', OpenedStore<unknown>['outcome']>>;
}

/**
 * Opens the store of a TV whose brain keeps its skills in AgentDB; one process at a time. A damaged
 * file or folder is set aside, and what is left makes it good as far as it goes: skills that were
 * told come back from the folder; without the folder, nothing that may have been told is told again.
 * @throws SyncError `invalid-config` when another process has the folder open, or it holds something
 * else; `serialization` when the disk takes no file.
 * @example
 * ```ts
 * import { mkdtemp, rm } from 'node:fs/promises';
 * import { tmpdir } from 'node:os';
 * import path from 'node:path';
 * import { createDatabase } from 'agentdb';
 * import { openAgentDbPatternStore } from '@omega-tv/agentdb';
 *
 * const folder = await mkdtemp(path.join(tmpdir(), 'tv-')); // yours: a folder that stays
 * const file = path.join(folder, 'brain.db');
 * const directory = path.join(folder, 'sync');
 * // AgentDB greets on standard output:
 * // => ✅ Using sql.js (WASM SQLite, no build tools required)
 * const { store, outcomes } = await openAgentDbPatternStore({ createDatabase, file, directory });
 * console.log(outcomes.skills, outcomes.syncState); // => opened opened
 * await store.close();
 * await rm(folder, { recursive: true });
 * ```
 */
export async function openAgentDbPatternStore(
  options: AgentDbPatternStoreOptions,
): Promise<OpenedAgentDbStore> {
  const { file, directory, clock = systemClock, logger = silentLogger } = options;
  const beside = await openLevelPatternStore({ directory, clock, logger });
  try {
    const skills = await openDatabase(options, clock, logger);
    const database = skills.store;
    const isKept = skills.outcome !== 'memory-only';
    const store = await AgentDbStore.open({
      database,
      file: isKept ? createDatabaseFile(file) : noFile,
      beside: beside.store,
      clock,
      logger,
    });
    const outcomes = { skills: skills.outcome, syncState: beside.outcome };
    return { store, database, outcomes };
  } catch (error) {
    await beside.store.close();
    throw error;
  }
}

async function openDatabase(
  { createDatabase, file }: AgentDbPatternStoreOptions,
  clock: Clock,
  logger: Logger,
): Promise<OpenedStore<AgentDatabase>> {
  const spare = await createDatabase(':memory:');
  const opened = await openOrSetAside<AgentDatabase>({
    directory: file,
    clock,
    logger,
    open: async () => {
      await checkFile(file);
      return checked(await createDatabase(file));
    },
    createInMemory: () => spare,
  });
  if (opened.store !== spare) spare.db.close();
  return opened;
}

/** AgentDB takes what it cannot read for an empty database, and would write over it. */
async function checkFile(file: string): Promise<void> {
  try {
    await readFile(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

/** @throws CorruptStoreError where SQLite finds damage. */
function checked(database: AgentDatabase): AgentDatabase {
  try {
    const [first] = rowsOf(database, 'PRAGMA quick_check(1)');
    if (first?.quick_check === 'ok') return database;
    throw new Error(String(first?.quick_check));
  } catch (cause) {
    database.db.close();
    throw new CorruptStoreError('the database of AgentDB is damaged', { cause });
  }
}
