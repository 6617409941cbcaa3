// Everyday
export { openLevelPatternStore } from './level-pattern-store.js';
export type { LevelPatternStoreOptions } from './level-pattern-store.js';
