import { CorruptStoreError } from './corrupt-store-error.js';
import type { RecordReader } from './database.js';

/**
 * Reads for who opens a store: what the database cannot read there, a table that is cut for
 * example, makes the store corrupt, whatever the database calls it.
 */
export function openingReader(reader: RecordReader): RecordReader {
  return {
    get: async (key) => {
      try {
        return await reader.get(key);
      } catch (cause) {
        throw unreadable(cause);
      }
    },
    iterator: async function* (range) {
      const entries = reader.iterator(range)[Symbol.asyncIterator]();
      try {
        for (;;) {
          const next = await entries.next().catch((cause: unknown) => {
            throw unreadable(cause);
          });
          if (next.done === true) return;
          yield next.value;
        }
      } finally {
        await entries.return?.();
      }
    },
  };
}

function unreadable(cause: unknown): CorruptStoreError {
  return new CorruptStoreError('the store cannot be read', { cause });
}
