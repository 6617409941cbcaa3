import type { ConstellationStore } from '../../src/index.js';

/** An engine that the conformance suites are run on. */
export interface StoreKind {
  readonly name: string;
  readonly open: () => Promise<{
    readonly store: ConstellationStore;
    /** The same store as the next process would find it; the memory store has no next process. */
    readonly reopen: (store: ConstellationStore) => Promise<ConstellationStore>;
  }>;
}
