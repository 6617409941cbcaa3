import type { DeltaLog, LogRecord } from './delta-log.js';
import { sequenceConflict } from './sequence-conflict.js';

/** A log that lasts as long as the process. */
export function createMemoryLog(): DeltaLog {
  let records: LogRecord[] = [];
  let last = 0;
  return {
    isExclusive: true,
    lastSequence: () => Promise.resolve(last),
    append: (entries, expectedLast) => {
      if (expectedLast !== last) return Promise.reject(sequenceConflict(expectedLast, last));
      for (const entry of entries) records.push({ sequence: (last += 1), entry });
      return Promise.resolve();
    },
    read: async function* (after) {
      yield* await Promise.resolve(records.filter(({ sequence }) => sequence > after));
    },
    truncate: (through) => {
      records = records.filter(({ sequence }) => sequence > through);
      return Promise.resolve();
    },
  };
}
