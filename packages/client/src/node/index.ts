// Everyday
export { openLevelPatternStore } from './level-pattern-store.js';
export type { LevelPatternStore, LevelPatternStoreOptions } from './level-pattern-store.js';
