// Everyday
export { openLevelPatternStore } from './level-pattern-store.js';
export type { LevelPatternStoreOptions } from './level-pattern-store.js';

// Advanced: other stores of a TV under the same care
export { DurableLevel, type WriteOperation } from './durable-level.js';
export { CorruptStoreError, openOrSetAside } from './open-or-set-aside.js';
export type { OpenedStore, OpenOrSetAsideOptions } from './open-or-set-aside.js';
