import {
  isPublishedId,
  SyncError,
  validatePatternData,
  type GlobalPatterns,
  type PatternData,
} from '@omega-tv/types';
import type { LearnedPattern } from '../engine/state.js';
import type { PatternOrigin, Skill } from './pattern-store.js';

/** The answer of `PatternStore.skillList`: copies, so that a caller may change what it got. */
export function listSkills(
  learned: Iterable<LearnedPattern>,
  snapshot: GlobalPatterns | undefined,
  limit: number,
  origin?: PatternOrigin,
): readonly Skill[] {
  const skills: Skill[] = [];
  if (origin !== 'published') {
    for (const pattern of learned) skills.push({ ...pattern, origin: 'learned' });
  }
  if (origin !== 'learned') {
    for (const pattern of snapshot?.patterns ?? [])
      skills.push({ ...pattern, origin: 'published' });
  }
  return skills
    .sort(byStrength)
    .slice(0, Math.max(0, limit))
    .map((skill) => ({ ...skill, embedding: skill.embedding.slice() }));
}

function byStrength(a: Skill, b: Skill): number {
  const difference = b.successRate * b.sampleCount - a.successRate * a.sampleCount;
  return difference !== 0 ? difference : a.id < b.id ? -1 : 1;
}

/**
 * Copies of patterns that a TV learned, checked before they replace those of `stored`.
 * @throws SyncError `invalid-pattern`.
 */
export function copyLearned(
  patterns: readonly LearnedPattern[],
  stored: ReadonlyMap<string, PatternData>,
): readonly LearnedPattern[] {
  const copies = new Map<string, LearnedPattern>();
  for (const pattern of patterns) {
    checkLearned(pattern, copies.get(pattern.id) ?? stored.get(pattern.id));
    const { id, embedding, successRate, sampleCount, genre, profile } = pattern;
    const copy = { id, embedding: embedding.slice(), successRate, sampleCount, genre };
    copies.set(id, profile === undefined ? copy : { ...copy, profile });
  }
  return [...copies.values()];
}

function checkLearned(pattern: PatternData, stored: PatternData | undefined): void {
  validatePatternData(pattern);
  if (isPublishedId(pattern.id)) {
    throw invalid('id', pattern.id, 'must not be the id of a published pattern');
  }
  if (stored !== undefined && pattern.sampleCount < stored.sampleCount) {
    throw invalid(
      'sampleCount',
      pattern.sampleCount,
      `must be >= ${stored.sampleCount}, as stored`,
    );
  }
}

function invalid(path: string, value: unknown, limit: string): SyncError<'invalid-pattern'> {
  const message = `pattern: ${path} ${limit}, but is ${String(value)}`;
  return new SyncError('invalid-pattern', message, { path, value, limit });
}
