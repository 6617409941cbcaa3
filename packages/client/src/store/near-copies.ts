import { cosineSimilarity } from '@omega-tv/embedding-codec';
import type { PatternData } from '@omega-tv/types';

/** A learned pattern that is pushed as part of another one. */
export interface Merge {
  /** The id of the pattern that it became part of. */
  readonly into: string;
  /** Its samples that were on their way under its own id already: they stay there. */
  readonly settled: number;
}

/** Patterns of one genre from this cosine on are copies of one taste. */
const COPY_COSINE = 0.95;

/**
 * Finds near copies among what a TV learned: pairs of one genre, from cosine 0.95 on.
 * @param settledCount how many samples of a pattern are settled or on their way.
 * @returns the merges known and the new ones; the same object where there are none.
 */
export function findMerges(
  learned: readonly PatternData[],
  merges: ReadonlyMap<string, Merge>,
  settledCount: (id: string) => number,
): ReadonlyMap<string, Merge> {
  const found = new Map(merges);
  // What has more behind it stays; then the server has fewer ids to keep.
  const roots = learned
    .filter(({ id }) => !merges.has(id))
    .sort((a, b) => settledCount(b.id) - settledCount(a.id) || b.sampleCount - a.sampleCount);
  roots.forEach((root, index) => {
    if (found.has(root.id)) return;
    for (const other of roots.slice(index + 1)) {
      if (other.genre !== root.genre || found.has(other.id)) continue;
      if (cosineSimilarity(root.embedding, other.embedding) < COPY_COSINE) continue;
      found.set(other.id, { into: root.id, settled: settledCount(other.id) });
    }
  });
  return found.size === merges.size ? merges : found;
}

/**
 * What is pushed for what was learned: copies count with the pattern that they became part of,
 * weighted by samples, but for the samples that are settled under their own ids.
 */
export function mergedPatterns(
  learned: readonly PatternData[],
  merges: ReadonlyMap<string, Merge>,
): readonly PatternData[] {
  if (merges.size === 0) return learned;
  const patterns: PatternData[] = [];
  const parts = new Map<string, PatternData[]>();
  const known = new Set(learned.map(({ id }) => id));
  for (const pattern of learned) {
    const root = rootOf(pattern.id, merges, known);
    const settled = root === pattern.id ? 0 : (merges.get(pattern.id)?.settled ?? 0);
    if (settled > 0) patterns.push({ ...pattern, sampleCount: settled });
    const rest = { ...pattern, sampleCount: pattern.sampleCount - settled };
    if (rest.sampleCount > 0) parts.set(root, [...(parts.get(root) ?? []), rest]);
  }
  for (const [id, group] of parts) {
    const own = group.find((part) => part.id === id) ?? group[0];
    if (own !== undefined)
      patterns.push(group.length === 1 ? { ...own, id } : join(id, group, own));
  }
  return patterns;
}

/** A root may itself have become part of another one later. */
function rootOf(
  id: string,
  merges: ReadonlyMap<string, Merge>,
  known: ReadonlySet<string>,
): string {
  let root = id;
  for (let depth = 0; depth <= merges.size; depth += 1) {
    const into = merges.get(root)?.into;
    if (into === undefined || !known.has(into)) return root;
    root = into;
  }
  return root;
}

function join(id: string, parts: readonly PatternData[], own: PatternData): PatternData {
  const sum = new Float64Array(own.embedding.length);
  let [samples, successes] = [0, 0];
  for (const { embedding, sampleCount, successRate } of parts) {
    const weight = sampleCount * successRate;
    samples += sampleCount;
    successes += weight;
    embedding.forEach((value, i) => (sum[i] = (sum[i] ?? 0) + value * weight));
  }
  const length = Math.sqrt(sum.reduce((total, value) => total + value * value, 0));
  return {
    id,
    genre: own.genre,
    sampleCount: samples,
    successRate: Math.min(1, successes / samples),
    embedding: length > 0 ? Float32Array.from(sum, (value) => value / length) : own.embedding,
  };
}
