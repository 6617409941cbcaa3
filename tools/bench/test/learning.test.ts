import { describe, expect, it } from '@jest/globals';
import { SCORINGS, sumFactors } from '@omega-tv/federation';
import { collectCompletions } from '../src/learning/baselines/completions.js';
import { ease } from '../src/learning/baselines/ease.js';
import { exactIals } from '../src/learning/baselines/exact-ials.js';
import { invertInPlace } from '../src/learning/baselines/inverse.js';
import { itemNeighbours } from '../src/learning/baselines/neighbours.js';
import { measureCandidate } from '../src/learning/evaluate.js';
import { intervalByViewer } from '../src/learning/intervals.js';
import { toRows } from '../src/learning/learning-report.js';
import { NewTitles } from '../src/learning/new-titles.js';
import { orderReports } from '../src/learning/reports.js';
import { createSplit, precisionAt10, type Split, type Trial } from '../src/learning/trials.js';
import type { Like, World } from '../src/learning/viewers.js';

const TITLES = 40;

/** Viewers of two tastes: one completes even titles, the other odd ones. */
const viewers = Array.from({ length: 60 }, (_, viewer) =>
  Array.from({ length: 16 }, (__, i): Like => {
    const title = (2 * ((i * (1 + (viewer % 7)) + viewer) % 20) + (viewer % 2)) % TITLES;
    return { title, time: 1000 * viewer + i };
  }).filter(({ title }, i, all) => all.findIndex((other) => other.title === title) === i),
);
const world: World = {
  titleIds: Array.from({ length: TITLES }, (_, i) => `m${i}`),
  embeddings: Array.from({ length: TITLES }, () => new Float32Array(384)),
  viewers,
};
const split: Split = { index: 0, learning: viewers, trials: [] };

describe('what is measured', () => {
  it('asks four viewers of fifteen, each in the order of its time or drawn at random', () => {
    const asked = new Set(createSplit(world, 0, 'time').trials.map(({ viewer }) => viewer));
    for (const viewer of asked) expect((7 * viewer) % 15).toBeLessThan(4);
    const [byTime] = createSplit(world, 1, 'time').trials;
    const likes = viewers[byTime!.viewer]!.map(({ title }) => title);
    expect(byTime!.known).toEqual(likes.slice(0, 3));
    expect([...byTime!.later]).toEqual(likes.slice(3));
    const drawn = createSplit(world, 1, 'random').trials;
    expect(drawn).toEqual(createSplit(world, 1, 'random').trials);
    expect(drawn.map(({ known }) => known)).not.toEqual(
      createSplit(world, 1, 'time').trials.map(({ known }) => known),
    );
  });

  it('counts how many of the ten best are liked later; known ones are not recommended', () => {
    const scores = Float64Array.from({ length: 20 }, (_, i) => -i);
    const trial = { viewer: 0, knownCount: 3, known: [0, 1, 2], later: new Set([3, 5, 12, 13]) };
    expect(precisionAt10(scores, { ...trial, knownCount: 3 })).toBe(0.3);
  });

  it('replays every completion once a pass, no later than the spread', () => {
    const reports = orderReports(viewers, 500, 1);
    expect(reports).toHaveLength(viewers.flat().length);
    for (const [i, { viewer, title, atMs }] of reports.entries()) {
      const like = viewers[viewer]!.find((one) => one.title === title)!;
      expect(atMs - like.time * 1000).toBeGreaterThanOrEqual(0);
      expect(atMs - like.time * 1000).toBeLessThan(500);
      expect(atMs).toBeGreaterThanOrEqual(reports[i - 1]?.atMs ?? 0);
    }
  });

  it('gives an interval by viewer, who may be asked twice', () => {
    const { mean, low, high } = intervalByViewer([1, 1, 0, 0], [1, 1, 2, 2]);
    expect(mean).toBe(0.5);
    expect(high - mean).toBeCloseTo((1.96 * Math.sqrt((1 + 1) * 2)) / 4, 3);
    expect(low).toBeCloseTo(1 - high, 12);
  });

  it('chooses the best setting of a row for each column, over all splits', () => {
    const lists = (value: number) => ({ 3: [value], 5: [1 - value], 20: [value] });
    const row = (setting: string, value: number) => ({
      row: 'other',
      setting,
      precisions: lists(value),
    });
    const product = { row: 'omega-tv', setting: '', precisions: lists(0.5) };
    const [own, other] = toRows([
      { split: 0, viewers: lists(4), measured: [product, row('a', 0.2), row('b', 0.4)] },
    ]);
    expect(own).toMatchObject({ name: 'omega-tv', p3: 0.5, p5: 0.5 });
    expect(other).toMatchObject({ p3: 0.4, p5: 0.8, settings: { 3: 'b', 5: 'a' } });
    expect(other!.behind![3].mean).toBeCloseTo(0.1, 12);
  });

  it('sets a row against the one that it names, on the splits that both have', () => {
    const row = (name: string, value: number, against?: string) => ({
      row: name,
      setting: '',
      precisions: { 3: [value], 5: [value], 20: [value] },
      ...(against === undefined ? {} : { against }),
    });
    const asked = { 3: [4], 5: [4], 20: [4] };
    const [own, few, reference, other] = toRows([
      { split: 0, viewers: asked, measured: [row('omega-tv', 0.5)] },
      { split: 1, viewers: asked, measured: [row('omega-tv', 0.9)] },
      { split: 1, viewers: asked, measured: [row('few', 0.3)] },
      { split: 0, viewers: asked, measured: [row('reference', 0.2, 'reference')] },
      { split: 0, viewers: asked, measured: [row('other', 0.1, 'reference')] },
    ]);
    expect([own!.splits, few!.splits]).toEqual([2, 1]);
    expect(few!.behind![3].mean).toBeCloseTo(0.6, 12);
    expect([own!.behind, reference!.behind]).toEqual([undefined, undefined]);
    expect(other!.behind![20].mean).toBeCloseTo(0.1, 12);
  });

  it('asks a recommender once for all weights of popularity', () => {
    let asked = 0;
    const recommend = () => {
      asked += 1;
      return Float64Array.from({ length: TITLES }, (_, title) => (title < 20 ? 1 : 0));
    };
    const trial: Trial = { viewer: 0, knownCount: 3, known: [], later: new Set([30, 31]) };
    const popular = Float64Array.from({ length: TITLES }, (_, title) => (title >= 30 ? 1 : 0));
    const candidate = { name: 'one', recommend, blends: [0.5, 2] };
    const measured = measureCandidate('row', candidate, popular, [trial]);
    expect(measured.map(({ precisions }) => precisions[3])).toEqual([[0], [0], [0.2]]);
    expect(measured[2]!.setting).toBe('one + 2 popularity');
    expect(asked).toBe(1);
  });

  it('hides a tenth of the titles from the server, and asks for none but those', () => {
    const asked = createSplit(world, 0, 'random');
    const newTitles = new NewTitles(world, asked);
    const kept = new Set(newTitles.splitWithout.learning.flat().map(({ title }) => title));
    const hidden = world.titleIds.flatMap((_, title) => (kept.has(title) ? [] : [title]));
    expect(hidden.length).toBeGreaterThan(0);
    expect(hidden.length).toBeLessThan(TITLES / 4);
    // Factors that point all viewers at the even titles, the hidden ones among them.
    const titles = world.titleIds.map((_, index) => ({
      index,
      logCount: 1,
      coordinates: new Float64Array(32).fill(index % 2 === 0 ? 0.5 : -0.5),
    }));
    const space = {
      generation: 1,
      titles: new Map(titles.map((title) => [title.index, title])),
      listed: sumFactors(titles.map(({ coordinates }) => coordinates)),
      weights: new Float64Array(32).fill(1),
      scoring: SCORINGS[0]!,
      meanViewers: [],
    };
    const { measured } = newTitles.measureCounted(space);
    const [row] = measured;
    expect(row!.precisions[3].length).toBeGreaterThan(0);
    for (const precision of row!.precisions[3]) {
      expect(precision).toBeGreaterThan(0);
      expect(precision).toBeLessThanOrEqual(hidden.length / 10);
    }
  });
});

describe('baselines', () => {
  const completions = collectCompletions(split, TITLES);

  it('the inverse times the matrix is the identity, in several blocks', () => {
    const size = 130;
    const matrix = Float64Array.from({ length: size * size }, (_, at) => {
      const [row, column] = [Math.floor(at / size), at % size];
      return row === column ? 3 : 1 / (1 + Math.abs(row - column)) ** 2 / 2;
    });
    const inverse = matrix.slice();
    invertInPlace(inverse, size);
    for (const row of [0, 1, 47, 48, 77, 129]) {
      for (const column of [0, 48, 77, 129]) {
        let sum = 0;
        for (let i = 0; i < size; i += 1) {
          sum += inverse[row * size + i]! * matrix[i * size + column]!;
        }
        expect(sum).toBeCloseTo(row === column ? 1 : 0, 10);
      }
    }
  });

  it('all find the taste of a viewer who knows three even titles', () => {
    const all = [...itemNeighbours(completions), ...ease(completions), ...exactIals(completions)];
    for (const { recommend } of all) {
      const scores = recommend([0, 2, 4]);
      const meanOf = (parity: number) =>
        scores.reduce((sum, score, i) => sum + (i > 4 && i % 2 === parity ? score : 0), 0);
      expect(meanOf(0)).toBeGreaterThan(meanOf(1));
    }
  });

  it('EASE is the same by viewers as by titles', () => {
    const wide = { ...completions, titleCount: 80 };
    const ofTitle = [
      ...completions.ofTitle,
      ...Array.from({ length: 40 }, () => new Int32Array(0)),
    ];
    const [byTitles] = ease(completions);
    const [byViewers] = ease({ ...wide, ofTitle });
    const [a, b] = [byTitles!.recommend([0, 2]), byViewers!.recommend([0, 2])];
    for (let i = 5; i < TITLES; i += 1) expect(b[i]).toBeCloseTo(a[i]!, 9);
  });
});
