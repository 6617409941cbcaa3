import type { Title } from '@omega-tv/catalogue';
import type { Skill } from '@omega-tv/client';
import { addSample, startPattern, type LearnedPattern, type Sample } from '../learner/pattern.js';
import type { EveningRecord } from './history.js';

export function toSample(title: Title, completed: boolean): Sample {
  return { embedding: title.embedding, genre: title.genres[0], completed };
}

/** The patterns that a history taught, by id; titles that left the catalogue teach nothing. */
export function replayHistory(
  evenings: readonly EveningRecord[],
  titles: ReadonlyMap<string, Title>,
): ReadonlyMap<string, LearnedPattern> {
  const patterns = new Map<string, LearnedPattern>();
  // `flat` is newer than the engines of some TVs.
  const viewings = evenings.reduce((all, evening) => all.concat(evening), []);
  for (const { titleId, completed, patternId, profile } of viewings) {
    const title = titles.get(titleId);
    if (title === undefined) continue;
    const sample = toSample(title, completed);
    const known = patterns.get(patternId);
    const grown = known ? addSample(known, sample) : startPattern(patternId, sample);
    patterns.set(patternId, profile === undefined ? grown : { ...grown, profile });
  }
  return patterns;
}

/**
 * Brings history and store together: of each pattern the one with more samples. The history is
 * ahead after a crash between the two writes, the store when the history was lost.
 */
export function reconcile(
  replayed: ReadonlyMap<string, LearnedPattern>,
  stored: readonly Skill[],
): readonly LearnedPattern[] {
  const patterns = new Map(replayed);
  for (const pattern of stored) {
    if ((replayed.get(pattern.id)?.sampleCount ?? 0) >= pattern.sampleCount) continue;
    const completedCount = Math.round(pattern.successRate * pattern.sampleCount);
    // The length of the sum was lost with the history; as if all completed titles were alike.
    patterns.set(pattern.id, { ...pattern, completedCount, sumLength: completedCount });
  }
  return [...patterns.values()];
}
