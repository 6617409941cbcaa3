import { isSyncError } from '@omega-tv/types';
import { encodeSnapshotFrame } from './frames/snapshot-frame.js';
import { canonicalTrends } from './sections/trends.js';
import type { Snapshot } from './snapshot.js';

/** What is published; its patterns not coded yet. */
export type Publication = Pick<
  Snapshot,
  'stream' | 'version' | 'timestamp' | 'trends' | 'codebookId' | 'patterns'
>;

/** What all trends take, and what patterns take without their embeddings, of the budget at most. */
const NAMES_PART = 1 / 2;

/**
 * The publication with as many trends, from the first on, as take half of the budget, and as many
 * patterns as do without their embeddings, so that no names keep others out. Its trends are as
 * snapshots hold them.
 */
export function withFittingNames(publication: Publication, budgetBytes: number): Publication {
  const { trends, patterns } = publication;
  const limit = budgetBytes * NAMES_PART;
  const bare = { ...publication, trends: [], patterns: [] };
  const trendCount = longestFitting(trends.length, (count) =>
    fits({ ...bare, trends: canonicalTrends(trends.slice(0, count)) }, limit),
  );
  const patternCount = longestFitting(patterns.length, (count) =>
    fits({ ...bare, patterns: patterns.slice(0, count) }, limit),
  );
  return {
    ...publication,
    trends: canonicalTrends(trends.slice(0, trendCount)),
    patterns: patterns.slice(0, patternCount),
  };
}

/** All of them where they fit, as they mostly do; else by bisection. */
function longestFitting(length: number, fitsWith: (count: number) => boolean): number {
  if (fitsWith(length)) return length;
  let [fitting, tooMany] = [0, length];
  while (tooMany - fitting > 1) {
    const count = (fitting + tooMany) >> 1;
    if (fitsWith(count)) fitting = count;
    else tooMany = count;
  }
  return fitting;
}

function fits(publication: Publication, limitBytes: number): boolean {
  const places = publication.patterns.map((_, i) => i);
  const uncoded = { generation: 0, layers: [], vectors: [], places, hash: '0'.repeat(16) };
  try {
    return encodeSnapshotFrame({ ...publication, ...uncoded }).length <= limitBytes;
  } catch (error) {
    // More names than a section may spell out.
    if (isSyncError(error, 'compression-limit')) return false;
    throw error;
  }
}
