import { dot, type Title } from '@omega-tv/catalogue';
import type { PatternData } from '@omega-tv/types';

/**
 * The titles that are among the `size` nearest to some pattern: no other can come out on top, and
 * a plain product for each is a fraction of the work of a score. All titles where there is no
 * pattern. The order stays.
 */
export function shortlist(
  titles: readonly Title[],
  patterns: readonly PatternData[],
  size: number,
): readonly Title[] {
  if (patterns.length === 0) return titles;
  const near = new Set<Title>();
  for (const { embedding } of patterns) {
    const cosines = Float32Array.from(titles, (title) => dot(title.embedding, embedding));
    const least = Float32Array.from(cosines).sort().at(-size) ?? -1;
    titles.forEach((title, i) => {
      if ((cosines[i] ?? -1) >= least) near.add(title);
    });
  }
  return titles.filter((title) => near.has(title));
}
