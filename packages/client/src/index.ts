// Everyday
export { SyncClient } from './sync-client.js';
export type { SyncClientOptions } from './sync-client-options.js';
export { createSyncLoop } from './loop/sync-loop.js';
export type { SyncLoop, SyncLoopStatus } from './loop/sync-loop.js';
export type { SyncLoopOptions } from './loop/sync-loop-options.js';
export { createMemoryPatternStore } from './store/memory-pattern-store.js';

export type { BudgetOptions, NetworkHints } from './budget/tier-choice.js';
export type { SyncResult } from '@omega-tv/protocol';

// Advanced: stores of your own, and the books
export type { PatternOrigin, PatternStore, Skill } from './store/pattern-store.js';
export { emptySyncState, pendingPatterns, sampleBooks } from './store/sync-state.js';
export type {
  DeadLetter,
  OutboxItem,
  SampleBooks,
  SampleMark,
  SyncState,
} from './store/sync-state.js';
export { mergedPatterns, type Merge } from './store/near-copies.js';
export { createWaitMemory, type KeptWait, type WaitMemory } from './loop/wait-memory.js';
export type { RetryBudgetOptions } from './loop/retry-budget.js';
export { copyLearned, listSkills } from './store/skills.js';
