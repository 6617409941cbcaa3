import type { LearnedPattern } from '@omega-tv/client';
import { isSyncError, validatePatternData } from '@omega-tv/types';

/** So many skills that were never told are looked at, those of the best success. */
export const MAX_TAKEN_SKILLS = 100;

/** What the skills of a brain and the learned patterns of a TV's store lack of one another. */
export interface Difference {
  /** Skills that are new to the store, or ahead of it. */
  readonly taken: readonly LearnedPattern[];
  /** Patterns that AgentDB lacks, or has an older count of. */
  readonly restored: readonly LearnedPattern[];
  /** Skills among those looked at that are no pattern: no samples yet, another embedding. */
  readonly unfit: number;
}

/**
 * Compares. A skill counts what the brain learned and so is ahead; where its count is lower than the
 * stored one, its file is older than what was told of it, and the stored one goes back. A skill that
 * was told once and is gone was pruned by the brain, and stays gone.
 * @param skills the best success first
 */
export function differenceOf(
  skills: readonly LearnedPattern[],
  stored: ReadonlyMap<string, LearnedPattern>,
  told: ReadonlyMap<string, number>,
): Difference {
  const taken: LearnedPattern[] = [];
  const restored: LearnedPattern[] = [];
  const missing = new Map(stored);
  let unfit = 0;
  let strange = 0;
  for (const skill of skills) {
    const pattern = stored.get(skill.id);
    missing.delete(skill.id);
    const isKnown = pattern !== undefined || told.has(skill.id);
    if (!isKnown) strange += 1;
    if (!isKnown && strange > MAX_TAKEN_SKILLS) continue;
    if (pattern !== undefined && isSame(skill, pattern)) continue;
    const isPattern = isValid(skill);
    if (isPattern && skill.sampleCount >= (pattern?.sampleCount ?? 0)) taken.push(skill);
    else if (pattern !== undefined) restored.push(pattern);
    if (!isPattern) unfit += 1;
  }
  for (const [id, pattern] of missing) if (!told.has(id)) restored.push(pattern);
  return { taken, restored, unfit };
}

function isSame(a: LearnedPattern, b: LearnedPattern): boolean {
  return (
    a.sampleCount === b.sampleCount &&
    a.successRate === b.successRate &&
    a.genre === b.genre &&
    a.profile === b.profile &&
    a.embedding.length === b.embedding.length &&
    a.embedding.every((value, index) => Object.is(value, b.embedding[index]))
  );
}

function isValid(skill: LearnedPattern): boolean {
  try {
    validatePatternData(skill);
    return true;
  } catch (error) {
    if (isSyncError(error, 'invalid-pattern')) return false;
    throw error;
  }
}
