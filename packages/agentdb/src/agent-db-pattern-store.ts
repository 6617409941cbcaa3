import { copyLearned, type LearnedPattern, type PatternStore } from '@omega-tv/client';
import type { LevelPatternStore } from '@omega-tv/client/node';
import { SyncError, type Clock, type Logger } from '@omega-tv/types';
import type { AgentDatabase } from './agent-database.js';
import type { DatabaseFile } from './database-file.js';
import { differenceOf } from './difference.js';
import { isFresh, marksOfTold } from './lost-state.js';
import { SkillTables } from './skill-tables.js';

/** A TV's store whose skills lie in AgentDB. */
export interface AgentDbPatternStore extends PatternStore {
  /**
   * Takes what the brain learned since and writes AgentDB's file in one durable step, all else that
   * the brain keeps there included. The next exchange does so too where there is something to share.
   * @throws SyncError `serialization` where the disk takes no file.
   */
  save(): Promise<void>;
  /** Bytes handed to the disk since it was opened: AgentDB's file counts whole each time. */
  readonly written: { readonly bytes: number };
}

/** What a store stands on. */
export interface StoreParts {
  readonly database: AgentDatabase;
  readonly file: DatabaseFile;
  /** Sync state and marks, and the learned patterns as far as they are told. */
  readonly beside: LevelPatternStore;
  readonly clock: Clock;
  readonly logger: Logger;
}

type Stored = ReadonlyMap<string, LearnedPattern>;

/**
 * AgentDB is ahead, the store beside follows: what is learned is durable in AgentDB's file before the
 * store beside has it, and no exchange begins before both have. What a kill leaves between the two
 * is made good from the file.
 */
export class AgentDbStore implements AgentDbPatternStore {
  readonly #parts: StoreParts;
  readonly #tables: SkillTables;
  #last: Promise<unknown> = Promise.resolve();
  #unfit = 0;
  #isClosed = false;

  private constructor(parts: StoreParts) {
    this.#parts = parts;
    this.#tables = new SkillTables(parts.database);
  }

  /** Brings AgentDB and the store beside to the same. */
  static async open(parts: StoreParts): Promise<AgentDbStore> {
    const store = new AgentDbStore(parts);
    await store.#forgetLostState();
    await store.#meet();
    const { snapshot } = await parts.beside.loadSyncState();
    store.#tables.putPublished(snapshot?.patterns ?? [], parts.clock.nowMs());
    return store;
  }

  skillList(...[limit, origin]: Parameters<PatternStore['skillList']>) {
    return this.#inTurn(async () => {
      if (origin !== 'published') await this.#meet();
      return this.#parts.beside.skillList(limit, origin);
    });
  }

  skillStore(...patterns: readonly LearnedPattern[]): Promise<void> {
    return this.#inTurn(async () => {
      await this.#meet();
      const stored = await this.#stored();
      const copies = copyLearned(patterns, stored);
      if (copies.length === 0) return;
      this.#tables.put(copies, 'learned', this.#parts.clock.nowMs());
      await this.#keep(copies, stored);
    });
  }

  loadSyncState() {
    return this.#inTurn(() => this.#parts.beside.loadSyncState());
  }

  /** Published skills are not written to the file at once: the next opening has them from the state. */
  saveSyncState(...[state]: Parameters<PatternStore['saveSyncState']>): Promise<void> {
    return this.#inTurn(async () => {
      const { beside, clock } = this.#parts;
      const before = await beside.loadSyncState();
      await beside.saveSyncState(state);
      if (state.snapshot === before.snapshot) return;
      this.#tables.putPublished(state.snapshot?.patterns ?? [], clock.nowMs());
    });
  }

  /** AgentDB first: what is missing there and was never told goes back at the next opening. */
  erase(...[ids, state]: Parameters<PatternStore['erase']>): Promise<void> {
    return this.#inTurn(async () => {
      const { database, beside, clock } = this.#parts;
      this.#tables.remove(ids);
      this.#tables.putPublished(state.snapshot?.patterns ?? [], clock.nowMs());
      database.exec('VACUUM');
      await this.#writeFile();
      await beside.erase(ids, state);
    });
  }

  save(): Promise<void> {
    return this.#inTurn(async () => {
      await this.#meet();
      await this.#writeFile();
    });
  }

  get written() {
    return { bytes: this.#parts.beside.written.bytes + this.#parts.file.writtenBytes };
  }

  close(): Promise<void> {
    return this.#inTurn(async () => {
      try {
        await this.#meet();
        await this.#writeFile();
      } finally {
        this.#isClosed = true;
        this.#parts.database.db.close();
        await this.#parts.beside.close();
      }
    });
  }

  /** What differs between AgentDB and the store beside becomes the same in both. */
  async #meet(): Promise<void> {
    if (this.#isClosed) return;
    const stored = await this.#stored();
    const difference = differenceOf(this.#tables.listLearned(), stored, this.#tables.told());
    const { taken, restored, unfit } = difference;
    this.#report(unfit);
    if (taken.length + restored.length === 0) return;
    this.#tables.put(restored, 'learned', this.#parts.clock.nowMs());
    this.#tables.setTold(restored);
    await this.#keep(taken, stored);
  }

  /**
   * Writes patterns that are in AgentDB's memory to its file, then to the store beside. That they are
   * told is in the file first too, but for an empty store beside, which could not be told from a
   * lost one: there it follows, and still comes before any exchange.
   */
  async #keep(patterns: readonly LearnedPattern[], stored: Stored): Promise<void> {
    const { beside } = this.#parts;
    const follows = isFresh(await beside.loadSyncState(), stored.size);
    if (!follows) this.#tables.setTold(patterns);
    await this.#writeFile();
    await beside.skillStore(...patterns);
    if (!follows) return;
    this.#tables.setTold(patterns);
    await this.#writeFile();
  }

  /** Where the store beside was lost: what may have been told is not told again. */
  async #forgetLostState(): Promise<void> {
    const { beside, logger } = this.#parts;
    const state = await beside.loadSyncState();
    const told = this.#tables.told();
    if (told.size === 0 || !isFresh(state, (await this.#stored()).size)) return;
    const { marks, samples } = marksOfTold(this.#tables.listLearned(), told);
    await beside.saveSyncState({ ...state, marks });
    logger.warn({ samples }, 'the sync state is gone; samples that may have been told stay here');
  }

  async #stored(): Promise<Stored> {
    const learned = await this.#parts.beside.skillList(Number.MAX_SAFE_INTEGER, 'learned');
    return new Map(learned.map(({ origin: _, ...pattern }) => [pattern.id, pattern]));
  }

  async #writeFile(): Promise<void> {
    try {
      await this.#parts.file.save(this.#parts.database);
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      const message = `AgentDB's file cannot be written (${reason}); what it held before is whole`;
      throw new SyncError('serialization', message, { path: 'store' }, { retryable: true, cause });
    }
  }

  #report(unfit: number): void {
    if (unfit > this.#unfit) {
      this.#parts.logger.warn({ skills: unfit }, 'skills without samples or a fit embedding stay');
    }
    this.#unfit = unfit;
  }

  /** Each begins when the one before has ended, however it ended. */
  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#last.then(work, work);
    this.#last = result.catch(() => undefined);
    return result;
  }
}
