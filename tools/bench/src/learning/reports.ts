import { createRandom } from '@omega-tv/seeded-random';
import type { Like } from './viewers.js';

/** A completion as its device reports it. */
export interface Report {
  readonly viewer: number;
  readonly title: number;
  /** By the viewer's clock, ms: what was completed until then is known. */
  readonly atMs: number;
}

/**
 * One pass over what all learning viewers completed, in the order of reports: each comes at an
 * instant drawn from the spread after its completion.
 */
export function orderReports(
  learning: readonly (readonly Like[])[],
  spreadMs: number,
  ...seed: readonly number[]
): readonly Report[] {
  const random = createRandom('reports', ...seed);
  return learning
    .flatMap((likes, viewer) =>
      likes.map(({ title, time }) => ({
        viewer,
        title,
        atMs: time * 1000 + random.next() * spreadMs,
      })),
    )
    .sort((a, b) => a.atMs - b.atMs);
}
