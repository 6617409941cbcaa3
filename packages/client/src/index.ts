// Everyday
export { SyncClient } from './sync-client.js';
export type { SyncClientOptions, TitleOptions } from './sync-client-options.js';
export { createSyncLoop } from './loop/sync-loop.js';
export type { SyncLoop } from './loop/sync-loop.js';
export type { SyncFailure, SyncLoopState, SyncLoopStatus } from './loop/sync-status.js';
export type { WaitReason } from './loop/wait-plan.js';
export type { OutboxStanding, SyncStanding } from './standing/standing.js';
export type { SyncLoopOptions } from './loop/sync-loop-options.js';
export { createMemoryPatternStore } from './store/memory-pattern-store.js';

export type { BudgetOptions, NetworkHints } from './choose/tier.js';
export type { CatalogueTitle } from './titles/title-space.js';
export type { Whose } from './titles/watched-titles.js';
export type { MeasuredExchange, SyncMetrics } from './metrics/sync-metrics.js';
export type { RankedTitle } from './titles/title-model.js';
export type { SyncResult } from '@omega-tv/protocol';

// Advanced: stores of your own, the books, waits, and ranking without a client
export { TitleModel, type CompletionFindings } from './titles/title-model.js';
export { TitleSpaces, type SpaceTitle, type TitleSpace } from './titles/title-space.js';
export { rankingViewer, scoreOf, sumsOver, viewerWithout } from './titles/viewer.js';
export type { GuessFactors } from './titles/viewer.js';
export { TextGuesses } from './titles/text-guesses.js';
export { tryScorings, type Hits } from './titles/hits.js';
export type { PatternOrigin, PatternStore, Skill } from './store/pattern-store.js';
export { emptySyncState } from './engine/state.js';
export type {
  CompletedTitle,
  CompletionReport,
  CountsBy,
  DeadLetter,
  KeptItem,
  KnownServer,
  NextPosition,
  OutboxItem,
  LearnedPattern,
  SampleCounts,
  SyncState,
} from './engine/state.js';
export { eraseAll, eraseProfile } from './privacy/erase.js';
export { sampleBooks, type SampleBooks } from './engine/books.js';
export type { SampleMark } from './engine/marks.js';
export { pendingPatterns } from './choose/pending.js';
export { createWaitMemory, type KeptWait, type WaitMemory } from './loop/wait-memory.js';
export { RetryBudget, type RetryBudgetOptions } from './loop/retry-budget.js';
export { SYNC_LOOP_DEFAULTS } from './loop/sync-loop-options.js';
export { WaitPlan, type Wait, type WaitSettings } from './loop/wait-plan.js';
export type { WaitRange } from './loop/wait-range.js';
export { copyLearned, listSkills } from './store/skills.js';
