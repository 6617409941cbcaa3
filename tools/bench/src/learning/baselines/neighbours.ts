import type { Candidate, Completions } from './completions.js';

const SHRINKS = [0, 10, 50];
const EXPONENTS = [0.5, 0.7];

/**
 * Item neighbours: titles completed by the same viewers, by cosine with shrinkage (Deshpande,
 * Karypis 2004), one candidate a setting.
 */
export function itemNeighbours(completions: Completions): readonly Candidate[] {
  const { ofTitle, ofViewer, titleCount } = completions;
  const together = new Map<number, Float64Array>();
  const countsOf = (title: number): Float64Array => {
    const known = together.get(title);
    if (known !== undefined) return known;
    const counts = new Float64Array(titleCount);
    for (const viewer of ofTitle[title] ?? []) {
      for (const other of ofViewer[viewer] ?? []) counts[other] = (counts[other] ?? 0) + 1;
    }
    together.set(title, counts);
    return counts;
  };
  return SHRINKS.flatMap((shrink) =>
    EXPONENTS.map((exponent) => {
      const sizes = ofTitle.map((viewers) => viewers.length ** exponent);
      return {
        name: `neighbours (shrink ${shrink}, exponent ${exponent})`,
        recommend: (known: readonly number[]) => {
          const scores = new Float64Array(titleCount);
          for (const title of known) {
            const own = sizes[title] ?? 0;
            countsOf(title).forEach((count, other) => {
              if (count === 0) return;
              const score = count / (own * (sizes[other] ?? 1) + shrink);
              scores[other] = (scores[other] ?? 0) + score;
            });
          }
          return scores;
        },
      };
    }),
  );
}
