import { SyncError } from '@omega-tv/types';
import type { CohortKeys } from '@omega-tv/federation';
import type { LogRecord } from '../log/delta-log.js';
import { recordingKeys } from './cohort-keys.js';
import { learnRecords, type ReadLog } from './learn-records.js';
import type { Partition } from './partition.js';

/** Records that are learned in one turn. */
const BATCH = 128;

export interface MergingOptions {
  readonly partition: Partition;
  readonly keys: CohortKeys;
  readonly readLog: ReadLog;
}

/** Learns what other partitions have decided: each of their entries once, in their order. */
export class Merging {
  readonly #options: MergingOptions;
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: MergingOptions) {
    this.#options = options;
  }

  /** Learns what a log holds by now; how many entries that were. */
  merge(source: string): Promise<number> {
    const merged = this.#last.then(() => this.#merge(source));
    this.#last = merged.catch(() => undefined);
    return merged;
  }

  async #merge(source: string): Promise<number> {
    const { partition, readLog } = this.#options;
    // After an append that failed, what is known of the logs is read again first.
    const begin = await partition.inTurn(() => partition.state.merged?.get(source) ?? 0);
    let batch: LogRecord[] = [];
    let after = begin;
    for await (const record of readLog(source, begin)) {
      if (record.sequence !== after + batch.length + 1) throw missing(source, after);
      batch.push(record);
      if (batch.length < BATCH) continue;
      after = await this.#learn(source, after, batch);
      batch = [];
    }
    if (batch.length > 0) after = await this.#learn(source, after, batch);
    await partition.durable;
    return after - begin;
  }

  async #learn(source: string, after: number, records: readonly LogRecord[]): Promise<number> {
    const { partition, keys } = this.#options;
    return partition.inTurn(() => {
      const known = partition.state.merged?.get(source) ?? 0;
      if (known !== after) throw missing(source, known);
      const recording = recordingKeys(keys);
      const folded = learnRecords(partition.state, source, records, recording);
      const through = after + records.length;
      const entry = { kind: 'merged', partition: source, after, through } as const;
      void partition.append({ ...entry, drawnKeys: recording.drawn }, folded);
      return through;
    });
  }
}

function missing(source: string, after: number): SyncError<'http'> {
  return new SyncError(
    'http',
    `The log of ${source} does not go on behind entry ${after}; it is read again`,
    { reason: 'server-error' },
    { retryable: true },
  );
}
