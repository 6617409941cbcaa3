import { describe, expect, it } from '@jest/globals';
import { SCORINGS, sumFactors } from '@omega-tv/federation';
import { tryScorings } from '../../src/titles/hits.js';
import type { TitleSpace } from '../../src/titles/title-space.js';

const TITLES = 40;

/** Even titles point one way, odd ones the other; the higher the number, the rarer. */
function spaceOf(change: Partial<TitleSpace> = {}): TitleSpace {
  const titles = Array.from({ length: TITLES }, (_, index) => ({
    index,
    logCount: Math.log(1 + TITLES - index),
    coordinates: new Float64Array(32).map((__, axis) =>
      axis === 0 ? (index % 2 === 0 ? 2 : -2) : 0,
    ),
  }));
  return {
    generation: 1,
    titles: new Map(titles.map((title) => [title.index, title])),
    listed: sumFactors(titles.map(({ coordinates }) => coordinates)),
    weights: new Float64Array(32).fill(0.01),
    scoring: SCORINGS[0]!,
    meanViewers: [],
    ...change,
  };
}

/** Draws that say: its turn, and of the first three titles. */
const turn = (): (() => number) => {
  const draws = [0, 0];
  return () => draws.shift() ?? 0;
};

describe('the ways to score, tried on the TV (rule 12.13)', () => {
  const completed = [0, 2, 4, 6, 8, 39];

  it('would have found a later title of the same taste, and not one of the other', () => {
    expect(tryScorings(spaceOf(), completed, 8, turn())).toEqual(SCORINGS.map(() => true));
    expect(tryScorings(spaceOf(), completed, 39, turn())).toEqual(SCORINGS.map(() => false));
  });

  it('differ where the mean viewer of newcomers is what all of them are', () => {
    // All newcomers are alike, so that only what a viewer differs in counts where it is centred.
    const mean = new Float64Array(32).map((_, axis) => (axis === 0 ? 10 : 0));
    const space = spaceOf({ meanViewers: [mean, mean, mean, mean] });
    const hits = tryScorings(space, completed, 8, turn())!;
    const centred = SCORINGS.map((scoring) => scoring.centred);
    expect(hits).toEqual(centred.map((isCentred) => !isCentred));
  });

  it('are tried with one report of four, on titles that came later, once a fleet has counted', () => {
    expect(tryScorings(spaceOf(), completed, 8, () => 0.25)).toBeUndefined();
    expect(tryScorings(spaceOf(), completed, 2, turn())).toBeUndefined();
    expect(tryScorings(spaceOf(), completed.slice(0, 3), 4, turn())).toBeUndefined();
    expect(tryScorings(spaceOf(), completed, 77, turn())).toBeUndefined();
    expect(tryScorings(spaceOf({ generation: 0 }), completed, 8, turn())).toBeUndefined();
  });
});
