import {
  CorruptStoreError,
  lostWritesRecord,
  type DurableRecords,
  type WrittenCount,
} from '@omega-tv/level';
import { silentLogger, type Logger } from '@omega-tv/types';
import { tastesOf } from '../choose/copies.js';
import { markOf } from '../engine/marks.js';
import { stateOfUnknownAge } from '../engine/unknown-age.js';
import type { LearnedPattern, SyncState } from '../engine/state.js';
import { createMemoryPatternStore } from '../store/memory-pattern-store.js';
import type { PatternStore } from '../store/pattern-store.js';
import { copyLearned, listSkills } from '../store/skills.js';
import type { ReadFrame } from './frame-reader.js';
import type { StoredState } from './push-records.js';
import { learnedRecords, readState, stateChanges } from './state-records.js';

/** A store that counts what it writes. */
export interface CountedPatternStore extends PatternStore {
  /** Since it was opened; zero where it is in memory only. */
  readonly written: WrittenCount;
}

/** What takes the place of a durable store that cannot be used. */
export function createUncountedPatternStore(): CountedPatternStore {
  return { ...createMemoryPatternStore(), written: { batches: 0, bytes: 0 } };
}

export interface DurablePatternStoreOptions {
  readonly readFrame: ReadFrame;
  /** Default: silent. */
  readonly logger?: Logger;
}

/** A TV's store on durable records, wherever they lie. */
export class DurablePatternStore implements CountedPatternStore {
  readonly #records: DurableRecords;
  readonly #readFrame: ReadFrame;
  readonly #learned: Map<string, LearnedPattern>;
  #stored: StoredState;

  private constructor(
    records: DurableRecords,
    readFrame: ReadFrame,
    learned: Map<string, LearnedPattern>,
    stored: StoredState,
  ) {
    this.#records = records;
    this.#readFrame = readFrame;
    this.#learned = learned;
    this.#stored = stored;
  }

  /**
   * Takes records over, which are closed where they cannot be read.
   * @throws CorruptStoreError where they are not those of a TV's store.
   */
  static async open(
    records: DurableRecords,
    { readFrame, logger = silentLogger }: DurablePatternStoreOptions,
  ): Promise<DurablePatternStore> {
    try {
      const learned = await readLearned(records);
      const stored = await readState(records, readFrame);
      checkMarks(learned, stored.state);
      const store = new DurablePatternStore(records, readFrame, learned, stored);
      if ((await lostWritesRecord.get(records)) !== undefined) await store.#forgetAge(logger);
      return store;
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
        const changes = stateChanges(this.#stored, state, this.#readFrame);
        after = changes.after;
        return changes.operations;
      },
      () => {
        this.#stored = after;
      },
    );
  }

  /** What is not known to be told may have been: it is not told again. */
  async #forgetAge(logger: Logger): Promise<void> {
    const { state, samples } = stateOfUnknownAge(this.#stored.state, [...this.#learned.values()]);
    const { after, operations } = stateChanges(this.#stored, state, this.#readFrame);
    await this.#records.write(
      () => [...operations, lostWritesRecord.delete()],
      () => {
        this.#stored = after;
      },
    );
    logger.warn({ samples }, 'the disk lost writes; samples that may have been told stay here');
  }

  erase(ids: readonly string[], state: SyncState): Promise<void> {
    const { after, operations } = stateChanges(this.#stored, state, this.#readFrame);
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
