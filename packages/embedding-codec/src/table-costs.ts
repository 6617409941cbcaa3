import type { Codebook } from './codebook.js';
import { log2 } from './exact-math.js';
import { PROBABILITY_BITS } from './probability.js';

/** A symbol table with what a coder derives from it. */
export interface CostedTable {
  /** Shares of the symbols below each one; the last entry is 2^15. */
  readonly starts: Uint16Array;
  readonly centroids: Float64Array;
  readonly bits: Float64Array;
}

/** Prepares the tables [quantiser][class of sigma/step] of a codebook. */
export function costTables(tables: Codebook['tables']): readonly (readonly CostedTable[])[] {
  return tables.map((classes) =>
    classes.map(({ frequencies, centroids }) => {
      const starts = new Uint16Array(frequencies.length + 1);
      frequencies.forEach((frequency, i) => (starts[i + 1] = (starts[i] ?? 0) + frequency));
      const bits = Float64Array.from(frequencies, (value) => PROBABILITY_BITS - log2(value));
      return { starts, centroids, bits };
    }),
  );
}
