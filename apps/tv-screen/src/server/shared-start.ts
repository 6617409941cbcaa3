import type { TextStart } from '@omega-tv/federation';

/** Factors from texts, computed once for all TVs that play the same catalogue. */
export function shareStart(start: TextStart): TextStart {
  const known = new WeakMap<ArrayLike<number>, Float64Array>();
  return {
    factors: (embedding) => {
      const factors = known.get(embedding) ?? start.factors(embedding);
      known.set(embedding, factors);
      return factors;
    },
  };
}
