import { CorruptStoreError, type DurableRecords } from '@omega-tv/level';
import {
  openOrSetAside,
  openRecords,
  type OpenedStore,
  type OpenOrSetAsideOptions,
} from '@omega-tv/level/node';
import type { PatternData } from '@omega-tv/types';
import { createMemoryPatternStore } from '../store/memory-pattern-store.js';
import { mergedPatterns } from '../store/near-copies.js';
import type { PatternStore } from '../store/pattern-store.js';
import { copyLearned, listSkills } from '../store/skills.js';
import { emptySyncState, type SyncState } from '../store/sync-state.js';
import { learnedPatterns, syncStateRecord } from './records.js';
import { patternStoreLayout } from './store-layouts.js';

export type LevelPatternStoreOptions = Pick<
  OpenOrSetAsideOptions<PatternStore>,
  'directory' | 'clock' | 'logger' | 'recover'
>;

/**
 * Opens the store of a TV in a folder, created where it does not exist; one process at a time. A
 * corrupt store or a full disk never stops the TV from starting; `outcome` says what happened.
 * @throws SyncError `invalid-config` when another process has the store open.
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
): Promise<OpenedStore<PatternStore>> {
  return openOrSetAside<PatternStore>({
    ...options,
    open: (directory) => LevelPatternStore.open(directory),
    createInMemory: createMemoryPatternStore,
  });
}

class LevelPatternStore implements PatternStore {
  readonly #records: DurableRecords;
  readonly #learned: Map<string, PatternData>;
  #state: SyncState;

  private constructor(
    records: DurableRecords,
    learned: Map<string, PatternData>,
    state: SyncState,
  ) {
    this.#records = records;
    this.#learned = learned;
    this.#state = state;
  }

  static async open(directory: string): Promise<LevelPatternStore> {
    const records = await openRecords({ ...patternStoreLayout, directory });
    try {
      const learned = await readLearned(records);
      const state = (await syncStateRecord.get(records)) ?? emptySyncState;
      checkMarks(learned, state);
      return new LevelPatternStore(records, learned, state);
    } catch (cause) {
      await records.close();
      throw new CorruptStoreError('the pattern store cannot be read', { cause });
    }
  }

  skillList(...[limit, origin]: Parameters<PatternStore['skillList']>) {
    const { snapshot } = this.#state;
    return Promise.resolve(listSkills(this.#learned.values(), snapshot, limit, origin));
  }

  skillStore(...patterns: readonly PatternData[]): Promise<void> {
    let copies: readonly PatternData[] = [];
    return this.#records.write(
      () => {
        copies = copyLearned(patterns, this.#learned);
        return copies.map((copy) => learnedPatterns.put(copy.id, copy));
      },
      () => {
        for (const copy of copies) this.#learned.set(copy.id, copy);
      },
    );
  }

  loadSyncState(): Promise<SyncState> {
    return Promise.resolve(this.#state);
  }

  saveSyncState(state: SyncState): Promise<void> {
    return this.#records.write(
      () => [syncStateRecord.put(state)],
      () => {
        this.#state = state;
      },
    );
  }

  close(): Promise<void> {
    return this.#records.close();
  }
}

async function readLearned(records: DurableRecords): Promise<Map<string, PatternData>> {
  const learned = new Map<string, PatternData>();
  for await (const [id, pattern] of learnedPatterns.entries(records)) learned.set(id, pattern);
  return learned;
}

/** A count that was acknowledged but is no longer stored: the disk lost a record silently. */
function checkMarks(learned: ReadonlyMap<string, PatternData>, state: SyncState): void {
  const patterns = mergedPatterns([...learned.values()], state.merges);
  const counts = new Map(patterns.map(({ id, sampleCount }) => [id, sampleCount]));
  for (const [id, { acknowledged }] of state.marks) {
    const stored = counts.get(id) ?? 0;
    if (stored < acknowledged) {
      throw new Error(`pattern ${id} has ${stored} samples, but ${acknowledged} were acknowledged`);
    }
  }
}
