import {
  createMemoryPatternStore,
  sampleBooks,
  SyncClient,
  type PatternStore,
} from '@omega-tv/client';
import { createNodeV2Format } from '@omega-tv/compression/node';
import { isSyncError, type RandomSource, type SyncError } from '@omega-tv/types';

const DIMENSION = 384;
const TASTES = 6;
/** TVs that sync at once. */
const AT_ONCE = 32;
/** A Constellation that is frozen is left. */
const TIMEOUT_MS = 2000;

interface Tv {
  readonly deviceId: string;
  readonly store: PatternStore;
  readonly client: SyncClient;
  learned: number;
}

/** What all TVs know of their samples. */
export interface Books {
  readonly learned: number;
  readonly acknowledged: number;
  readonly waiting: number;
}

/** TVs in this process: each learns, and syncs with the Constellation that it was given. */
export class Tvs {
  readonly #tvs: readonly Tv[];
  readonly #random: RandomSource;

  private constructor(tvs: readonly Tv[], random: RandomSource) {
    this.#tvs = tvs;
    this.#random = random;
  }

  static async create(count: number, urls: readonly string[], random: RandomSource): Promise<Tvs> {
    const format = createNodeV2Format();
    const tvs = await Promise.all(
      Array.from({ length: count }, async (_, i): Promise<Tv> => {
        const deviceId = `tv-${i}`;
        const store = createMemoryPatternStore();
        const url = urls[i % urls.length] ?? '';
        const client = await SyncClient.create({
          ...{ url, deviceId, format, store },
          timeoutMs: TIMEOUT_MS,
        });
        return { deviceId, store, client, learned: 0 };
      }),
    );
    return new Tvs(tvs, random);
  }

  get count(): number {
    return this.#tvs.length;
  }

  /** Each learns a pattern of one of a few tastes. */
  async learn(): Promise<void> {
    for (const [i, tv] of this.#tvs.entries()) {
      tv.learned += 1;
      const taste = i % TASTES;
      const embedding = Float32Array.from(
        { length: DIMENSION },
        (_, axis) => (axis % TASTES === taste ? 0.12 : 0) + (this.#random.next() - 0.5) / 200,
      );
      const id = `${tv.deviceId}-${tv.learned}`;
      const pattern = { id, embedding, genre: `genre-${taste}`, successRate: 0.9, sampleCount: 12 };
      await tv.store.skillStore(pattern);
    }
  }

  /**
   * Each syncs once; how many were answered, and how many were sent away with a time to come back.
   * @param isOver when those that are left need not.
   * @throws Error where one was refused without such a time.
   */
  async sync(
    isOver = () => false,
  ): Promise<{ readonly answered: number; readonly sentAway: number }> {
    let answered = 0;
    let sentAway = 0;
    const left = [...this.#tvs];
    const work = async (): Promise<void> => {
      for (let tv = left.pop(); tv !== undefined && !isOver(); tv = left.pop()) {
        try {
          await tv.client.syncStore();
          answered += 1;
        } catch (error) {
          if (!isSyncError(error)) throw error;
          if (error.retryAfterMs !== undefined) sentAway += 1;
          else if (wasAnswered(error))
            throw new Error('a TV was refused without Retry-After', { cause: error });
        }
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    return { answered, sentAway };
  }

  async books(): Promise<Books> {
    const sum = { learned: 0, acknowledged: 0, waiting: 0 };
    for (const { store } of this.#tvs) {
      const state = await store.loadSyncState();
      const books = sampleBooks(state, await store.skillList(1024, 'learned'));
      sum.learned += books.learned;
      sum.acknowledged += books.acknowledged;
      sum.waiting += books.waiting;
    }
    return sum;
  }
}

/** True where a server has answered; else nobody did. */
function wasAnswered(error: SyncError): boolean {
  return isSyncError(error, 'http') && error.details.status !== undefined;
}
