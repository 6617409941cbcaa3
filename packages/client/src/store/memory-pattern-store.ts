import { emptySyncState, type LearnedPattern } from '../engine/state.js';
import type { PatternStore } from './pattern-store.js';
import { copyLearned, listSkills } from './skills.js';

/**
 * A store that lasts as long as the process: for tests, and for TVs without a disk.
 * @example
 * ```ts
 * import { createMemoryPatternStore } from '@omega-tv/client';
 *
 * const embedding = new Float32Array(384).fill(0.05); // yours: MiniLM
 * const store = createMemoryPatternStore();
 * await store.skillStore({ id: 'a', embedding, successRate: 0.9, sampleCount: 12, genre: 'drama' });
 * const [strongest] = await store.skillList(10);
 * console.log(strongest.id, strongest.origin); // => a learned
 * ```
 */
export function createMemoryPatternStore(): PatternStore {
  const learned = new Map<string, LearnedPattern>();
  let state = emptySyncState;
  return {
    skillList: (limit, origin) =>
      Promise.resolve(listSkills(learned.values(), state.snapshot, limit, origin)),
    skillStore: (...patterns) =>
      Promise.resolve().then(() => {
        for (const pattern of copyLearned(patterns, learned)) learned.set(pattern.id, pattern);
      }),
    loadSyncState: () => Promise.resolve(state),
    saveSyncState: (next) => {
      state = next;
      return Promise.resolve();
    },
    erase: (ids, next) => {
      for (const id of ids) learned.delete(id);
      state = next;
      return Promise.resolve();
    },
    close: () => Promise.resolve(),
  };
}
