import { CorruptStoreError, type DurableRecords, type WrittenCount } from '@omega-tv/level';
import {
  openOrSetAside,
  openRecords,
  type OpenedStore,
  type OpenOrSetAsideOptions,
} from '@omega-tv/level/node';
import { tastesOf } from '../choose/copies.js';
import { markOf } from '../engine/marks.js';
import type { LearnedPattern, SyncState } from '../engine/state.js';
import { createMemoryPatternStore } from '../store/memory-pattern-store.js';
import type { PatternStore } from '../store/pattern-store.js';
import { copyLearned, listSkills } from '../store/skills.js';
import type { StoredState } from './push-records.js';
import { learnedRecords, readState, stateChanges } from './state-records.js';
import { patternStoreLayout } from './store-layouts.js';

export type LevelPatternStoreOptions = Pick<
  OpenOrSetAsideOptions<LevelPatternStore>,
  'directory' | 'clock' | 'logger' | 'recover'
>;

/**
 * Opens the store of a TV in a folder, created where it does not exist; one process at a time. A
 * corrupt store or a full disk never stops the TV from starting; `outcome` says what happened.
 * @throws SyncError `invalid-config` when another process has the store open, when the folder holds
 * another kind of store, or when a newer release wrote it.
 * @example
 * ```ts
 * import { mkdtemp, rm } from 'node:fs/promises';
 * import { tmpdir } from 'node:os';
 * import path from 'node:path';
 * import { openLevelPatternStore } from '@omega-tv/client/node';
 *
 * const directory = await mkdtemp(path.join(tmpdir(), 'tv-')); // yours: a folder that stays
 * const { store, outcome } = await openLevelPatternStore({ directory });
 * console.log(outcome); // => opened
 * await store.close();
 * await rm(directory, { recursive: true });
 * ```
 */
export function openLevelPatternStore(
  options: LevelPatternStoreOptions,
): Promise<OpenedStore<LevelPatternStore>> {
  return openOrSetAside<LevelPatternStore>({
    ...options,
    open: (directory) => OpenedPatternStore.open(directory),
    createInMemory: () => ({
      ...createMemoryPatternStore(),
      written: { batches: 0, bytes: 0 },
    }),
  });
}

/** A store that counts what it writes. */
export interface LevelPatternStore extends PatternStore {
  /** Since it was opened; zero where it is in memory only. */
  readonly written: WrittenCount;
}

class OpenedPatternStore implements LevelPatternStore {
  readonly #records: DurableRecords;
  readonly #learned: Map<string, LearnedPattern>;
  #stored: StoredState;

  private constructor(
    records: DurableRecords,
    learned: Map<string, LearnedPattern>,
    stored: StoredState,
  ) {
    this.#records = records;
    this.#learned = learned;
    this.#stored = stored;
  }

  static async open(directory: string): Promise<OpenedPatternStore> {
    const records = await openRecords({ ...patternStoreLayout, directory });
    try {
      const learned = await readLearned(records);
      const stored = await readState(records);
      checkMarks(learned, stored.state);
      return new OpenedPatternStore(records, learned, stored);
    } catch (cause) {
      await records.close();
      throw new CorruptStoreError('the pattern store cannot be read', { cause });
    }
  }

  skillList(...[limit, origin]: Parameters<PatternStore['skillList']>) {
    const { snapshot } = this.#stored.state;
    return Promise.resolve(listSkills(this.#learned.values(), snapshot, limit, origin));
  }

  skillStore(...patterns: readonly LearnedPattern[]): Promise<void> {
    let copies: readonly LearnedPattern[] = [];
    return this.#records.write(
      () => {
        copies = copyLearned(patterns, this.#learned);
        return copies.map((copy) => learnedRecords.put(copy.id, copy));
      },
      () => {
        for (const copy of copies) this.#learned.set(copy.id, copy);
      },
    );
  }

  get written(): WrittenCount {
    return this.#records.written;
  }

  loadSyncState(): Promise<SyncState> {
    return Promise.resolve(this.#stored.state);
  }

  /** Writes what differs from the state before. */
  saveSyncState(state: SyncState): Promise<void> {
    let after = this.#stored;
    return this.#records.write(
      () => {
        const changes = stateChanges(this.#stored, state);
        after = changes.after;
        return changes.operations;
      },
      () => {
        this.#stored = after;
      },
    );
  }

  erase(ids: readonly string[], state: SyncState): Promise<void> {
    const { after, operations } = stateChanges(this.#stored, state);
    return this.#records.erase(
      () => [...ids.map((id) => learnedRecords.delete(id)), ...operations],
      () => {
        for (const id of ids) this.#learned.delete(id);
        this.#stored = after;
      },
    );
  }

  close(): Promise<void> {
    return this.#records.close();
  }
}

async function readLearned(records: DurableRecords): Promise<Map<string, LearnedPattern>> {
  const learned = new Map<string, LearnedPattern>();
  for await (const [id, pattern] of learnedRecords.entries(records)) learned.set(id, pattern);
  return learned;
}

/** What was acknowledged but is no longer stored: the disk lost a record silently. */
function checkMarks(learned: ReadonlyMap<string, LearnedPattern>, state: SyncState): void {
  const tastes = tastesOf([...learned.values()], state.merges);
  const counts = new Map(tastes.map(({ id, sampleCount }) => [id, sampleCount]));
  for (const id of state.marks.keys()) {
    const stored = counts.get(id) ?? 0;
    const { acknowledged, byMarks, elsewhere } = markOf(state.marks, id);
    const known = acknowledged + byMarks + elsewhere;
    if (stored < known) {
      throw new Error(`pattern ${id} has ${stored} samples, but ${known} were acknowledged`);
    }
  }
}
