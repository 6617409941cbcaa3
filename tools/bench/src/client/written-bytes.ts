import { ClassicLevel } from 'classic-level';

/** What went to LevelDB. */
export interface Written {
  readonly batches: number;
  /** Of keys and values. */
  readonly bytes: number;
}

interface Operation {
  readonly key: Uint8Array | string;
  readonly value?: Uint8Array | string;
}

/**
 * Counts what any store in this process hands to LevelDB, whatever it says itself, so that releases
 * are measured alike.
 * @returns what came since the last call.
 */
export function countWritten(): () => Written {
  let written: Written = { batches: 0, bytes: 0 };
  const prototype = ClassicLevel.prototype as unknown as {
    batch: (
      this: unknown,
      operations: readonly Operation[],
      ...rest: readonly unknown[]
    ) => unknown;
  };
  const { batch } = prototype;
  prototype.batch = function count(operations, ...rest) {
    const bytes = operations.reduce(
      (sum, { key, value = '' }) => sum + Buffer.byteLength(key) + Buffer.byteLength(value),
      0,
    );
    written = { batches: written.batches + 1, bytes: written.bytes + bytes };
    return batch.call(this, operations, ...rest);
  };
  return () => {
    const since = written;
    written = { batches: 0, bytes: 0 };
    return since;
  };
}
