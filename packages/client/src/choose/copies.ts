import { cosineSimilarity } from '@omega-tv/embedding-codec';
import { meetsSyncThreshold } from '@omega-tv/types';
import { absorbed, markOf, settledUnder, type Merges, type SampleMarks } from '../engine/marks.js';
import type { LearnedPattern, SyncState } from '../engine/state.js';

/** Patterns of one genre from this cosine on are copies of one taste. */
const COPY_COSINE = 0.95;

/**
 * Near copies among what was learned become one taste from now on: pairs of one genre, from cosine
 * 0.95 on, of one profile, each good enough to leave the TV by itself. One step: the parts' settled samples become
 * those of the taste. Nothing is merged while pushes are on their way.
 * @returns the same object where there are no new ones.
 */
export function copiesMerged(state: SyncState, learned: readonly LearnedPattern[]): SyncState {
  if (state.outbox.length > 0) return state;
  let { marks, merges } = state;
  for (const [copy, taste] of findCopies(tastesOf(learned, merges), marks)) {
    marks = absorbed(marks, copy, taste);
    merges = redirected(merges, copy, taste);
  }
  return merges === state.merges ? state : { ...state, marks, merges };
}

function findCopies(
  tastes: readonly LearnedPattern[],
  marks: SampleMarks,
): ReadonlyMap<string, string> {
  const behind = new Map(tastes.map(({ id }) => [id, settledUnder(markOf(marks, id))]));
  // What has more behind it stays; then the server has fewer ids to keep.
  const roots = tastes
    .filter((taste) => meetsSyncThreshold(taste) && markOf(marks, taste.id).unsure === 0)
    .sort(
      (a, b) => (behind.get(b.id) ?? 0) - (behind.get(a.id) ?? 0) || b.sampleCount - a.sampleCount,
    );
  const found = new Map<string, string>();
  roots.forEach((root, index) => {
    if (found.has(root.id)) return;
    for (const other of roots.slice(index + 1)) {
      if (other.genre !== root.genre || other.profile !== root.profile) continue;
      if (found.has(other.id)) continue;
      if (cosineSimilarity(root.embedding, other.embedding) < COPY_COSINE) continue;
      found.set(other.id, root.id);
    }
  });
  return found;
}

/** All that the copy was made of is part of the taste, too. */
function redirected(merges: Merges, copy: string, taste: string): Merges {
  const moved = Array.from(merges, ([part, into]) => [part, into === copy ? taste : into] as const);
  return new Map([...moved, [copy, taste]]);
}

/** What was learned, copies counted with the taste that they are part of, weighted by samples. */
export function tastesOf(
  learned: readonly LearnedPattern[],
  merges: Merges,
): readonly LearnedPattern[] {
  if (merges.size === 0) return learned;
  const parts = new Map<string, LearnedPattern[]>();
  for (const pattern of learned) {
    const taste = merges.get(pattern.id) ?? pattern.id;
    parts.set(taste, [...(parts.get(taste) ?? []), pattern]);
  }
  return Array.from(parts, ([id, group]) => join(id, group));
}

function join(id: string, parts: readonly LearnedPattern[]): LearnedPattern {
  const own = parts.find((part) => part.id === id) ?? parts[0];
  if (own === undefined) throw new Error(`the taste ${id} has no parts`);
  if (parts.length === 1) return own.id === id ? own : { ...own, id };
  const sum = new Float64Array(own.embedding.length);
  let [samples, successes] = [0, 0];
  for (const { embedding, sampleCount, successRate } of parts) {
    const weight = sampleCount * successRate;
    samples += sampleCount;
    successes += weight;
    embedding.forEach((value, i) => (sum[i] = (sum[i] ?? 0) + value * weight));
  }
  const length = Math.sqrt(sum.reduce((total, value) => total + value * value, 0));
  const { genre, profile } = own;
  return {
    ...(profile === undefined ? {} : { profile }),
    ...{ id, genre },
    sampleCount: samples,
    successRate: Math.min(1, successes / samples),
    embedding: length > 0 ? Float32Array.from(sum, (value) => value / length) : own.embedding,
  };
}
