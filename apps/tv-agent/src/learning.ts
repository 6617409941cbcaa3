// What a TV learns from its viewers; it runs in a page, too.
export { learn } from './learner/learn.js';
export type { LearnedPattern } from './learner/pattern.js';
export { historyIn, historyLayout } from './tv/record-history.js';
export { createMemoryHistory, type History } from './tv/history.js';
export { reconcile, replayHistory, toSample } from './tv/replay.js';
