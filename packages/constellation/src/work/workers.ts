import { Piscina } from 'piscina';
import type { EmbeddingCodec } from '@omega-tv/embedding-codec';
import { silentLogger, SyncError, type Logger, type SyncDelta } from '@omega-tv/types';
import type { DecodeJob, Meeting, WorkerData, WorkerOutcome } from './coding-worker.js';
import type { PublicationJob, PublicationResult } from './publication-work.js';

const WORKER = new URL('./coding-worker.js', import.meta.url).href;
/** Of the thread that publishes: on a busy machine pushes go first. */
const PUBLISHER_NICE = 10;

export interface WorkersOptions {
  readonly codecs: readonly EmbeddingCodec[];
  /** Threads that decode; one more publishes. */
  readonly threads: number;
  /** Where the workers lie, for tests. */
  readonly filename?: string;
  readonly logger?: Logger;
}

/** Threads for what takes a processor longer than other pushes should wait. */
export class Workers {
  readonly #decoders: Piscina;
  readonly #publisher: Piscina;
  /** Node 20 ends the whole process where a thread is ended while it loads its modules. */
  readonly #loaded: Promise<unknown>;

  constructor({ codecs, threads, filename = WORKER, logger = silentLogger }: WorkersOptions) {
    const workerData: WorkerData = { codebooks: codecs.map(({ codebook }) => codebook) };
    const start = (count: number, niceIncrement = 0): Piscina => {
      const pool = new Piscina({
        filename,
        workerData,
        minThreads: count,
        maxThreads: count,
        idleTimeout: Infinity,
        niceIncrement,
      });
      // Whoever waits for a thread that ended hears of it; another one is started.
      pool.on('error', (cause: unknown) => {
        logger.error({ err: cause }, 'a worker ended');
      });
      return pool;
    };
    this.#decoders = start(threads);
    this.#publisher = start(1, PUBLISHER_NICE);
    this.#loaded = Promise.allSettled([meet(this.#decoders, threads), meet(this.#publisher, 1)]);
  }

  /** @throws SyncError as decoding does. */
  decode(job: DecodeJob): Promise<SyncDelta> {
    return outcomeOf(this.#decoders.run(job, { name: 'decode' }));
  }

  publish(job: PublicationJob): Promise<PublicationResult> {
    return outcomeOf(this.#publisher.run(job, { name: 'publish' }));
  }

  async close(): Promise<void> {
    await this.#loaded;
    await Promise.all([this.#decoders.destroy(), this.#publisher.destroy()]);
  }
}

function meet(pool: Piscina, threads: number): Promise<unknown> {
  const arrived = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
  const meeting: Meeting = { arrived, threads };
  const tasks = Array.from({ length: threads }, () => pool.run(meeting, { name: 'meet' }));
  return Promise.all(tasks);
}

/** Errors lose their class on the way between threads. */
async function outcomeOf<Result>(run: Promise<unknown>): Promise<Result> {
  const outcome = (await run) as WorkerOutcome<Result>;
  if ('result' in outcome) return outcome.result;
  const { code, message, details, ...options } = outcome.error;
  throw new SyncError(code, message, details, options);
}
