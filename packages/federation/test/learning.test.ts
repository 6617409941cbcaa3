import { describe, expect, it } from '@jest/globals';
import {
  createLearningConfig,
  emptyLearning,
  mergeLearning,
  scoreTitle,
  sumFactors,
  viewerFactors,
} from '../src/index.js';
import type { PublishedFactors } from '@omega-tv/types';
import { DAY_MS, deepFreeze, dump, START_MS } from './fixtures.js';
import { completionOf, Folding, learningConfig, twoTastes, vectorOf } from './learning-fixtures.js';

function published(folding: Folding, nowMs = START_MS): PublishedFactors {
  const { factors } = folding.publish(nowMs);
  if (factors === null) throw new Error('nothing was published');
  return factors;
}

function spaceOf({ titles, weights }: PublishedFactors) {
  return { listed: sumFactors(titles.map(({ coordinates }) => coordinates)), weights };
}

/** How much higher titles of a taste score than others, for who completed two of it; any two in turn. */
function leadOfTaste(factors: PublishedFactors): number {
  const pairs = [0, 1].flatMap((taste) =>
    [0, 2, 4, 6, 8, 10].map((first) => [`taste${taste}-${first}`, `taste${taste}-${first + 1}`]),
  );
  return pairs.reduce((sum, pair) => sum + leadAfter(factors, pair) / pairs.length, 0);
}

function leadAfter(factors: PublishedFactors, pair: readonly string[]): number {
  const isKnown = (id: string) => pair.includes(id);
  const known = factors.titles.filter(({ contentId }) => isKnown(contentId));
  const x = viewerFactors(spaceOf(factors), sumFactors(known.map((title) => title.coordinates)));
  const others = factors.titles.filter(({ contentId }) => !isKnown(contentId));
  const meanOf = (isOwn: boolean) => {
    const ones = others.filter(
      ({ contentId }) => contentId.startsWith(pair[0]!.slice(0, 6)) === isOwn,
    );
    return (
      ones.reduce((sum, title) => sum + scoreTitle(x, title, { popularity: 0 }), 0) / ones.length
    );
  };
  return meanOf(true) - meanOf(false);
}

describe('what sums teach', () => {
  it('titles of one taste come before those of another (rule 12.4)', () => {
    const folding = new Folding();
    folding.fold(twoTastes(80));
    const factors = published(folding);
    expect(factors.titles).toHaveLength(24);
    expect(leadOfTaste(factors)).toBeGreaterThan(0.03);
  });

  it('is the formula of the model, from what was reported (rule 12.4)', () => {
    const alone = createLearningConfig({ minDevices: 1 });
    const folding = new Folding(emptyLearning(), alone);
    const viewers = Array.from({ length: 200 }, (_, i) => vectorOf(i + 1));
    folding.fold(
      viewers.map((coordinates, i) =>
        completionOf(i, `title-${i % 4}`, { factors: { generation: 0, coordinates } }),
      ),
    );
    const factors = published(folding);
    const x = viewers.map((plain) => {
      const { axes } = folding.state;
      return Array.from({ length: 32 }, (_, row) =>
        plain.reduce((sum, value, i) => sum + axes.fromPrevious[row * 32 + i]! * value, 0),
      );
    });
    // (C/t + r / w) q (n + a N) = s, q = y (1 + p / 2), p = what q says of the title's own viewers
    const title = factors.titles.find(({ contentId }) => contentId === 'title-2')!;
    const own = x.filter((_, i) => i % 4 === 2);
    const [n, devices] = [own.length, viewers.length];
    const said = own.map((one) => scoreTitle(one, { ...title, count: 0 }));
    const mean = said.reduce((sum, score) => sum + score, 0) / n;
    const growth = 1 / (1 - mean / 2);
    expect(growth).toBeGreaterThan(1.01);
    for (let row = 0; row < 32; row += 1) {
      let left = (0.02 / factors.weights[row]!) * title.coordinates[row]!;
      for (let column = 0; column < 32; column += 1) {
        const moment = x.reduce((sum, one) => sum + one[row]! * one[column]!, 0) / devices;
        left += moment * title.coordinates[column]!;
      }
      const right = own.reduce((sum, one) => sum + one[row]!, 0);
      expect(left * growth * (n + 0.1 * devices)).toBeCloseTo(right, 6);
    }
    expect(title.count).toBe(n);
  });

  it('the same completions give the same bytes, in one batch or in many (rule 12.4)', () => {
    const completions = twoTastes(60);
    const [whole, parts] = [new Folding(), new Folding()];
    whole.fold(completions);
    for (let i = 0; i < completions.length; i += 7) parts.fold(completions.slice(i, i + 7));
    expect(dump(parts.state)).toBe(dump(whole.state));
    expect(dump(published(parts))).toBe(dump(published(whole)));
  });

  it('copies on write and names what changed', () => {
    const folding = new Folding();
    folding.fold(twoTastes(10));
    const before = dump(folding.state);
    const frozen = deepFreeze(folding.state);
    const { touched } = folding.fold([completionOf(99, 'taste0-0')]);
    expect(dump(frozen)).toBe(before);
    expect(touched.titles).toEqual(['taste0-0']);
    expect(touched.shared).toEqual(['moments', 'history-1']);
    expect(folding.state.titles.get('taste1-0')).toBe(frozen.titles.get('taste1-0'));
  });

  it('fades by half in a half-life, and a device counts as its decay (rule 12.4)', () => {
    const folding = new Folding(emptyLearning(), {
      ...learningConfig,
      maxClockStepMs: Number.MAX_SAFE_INTEGER,
    });
    folding.fold(twoTastes(80));
    const counts = (atMs: number) => published(folding, atMs).titles[0]!.count;
    const first = counts(START_MS);
    expect(counts(START_MS + 30 * DAY_MS)).toBeCloseTo(first / 2, 1);
    const devices = (): number => folding.state.shared.get('moments')!.closed.vector[529]!;
    const seen = devices();
    folding.fold(twoTastes(80, START_MS + 30 * DAY_MS).map((one) => ({ ...one, contentId: 'x' })));
    expect(Math.abs(devices() - seen)).toBeLessThan(3);
  });

  it('partitions of different devices add up (rule 12.4)', () => {
    const completions = twoTastes(80);
    const isFirst = ({ deviceId }: { deviceId: string }) => Number(deviceId.slice(3)) < 40;
    const [a, b] = [new Folding(), new Folding()];
    a.fold(completions.filter(isFirst));
    b.fold(completions.filter((one) => !isFirst(one)));
    const sums = new Folding(mergeLearning(a.state, b.state));
    expect(leadOfTaste(published(sums))).toBeGreaterThan(0.03);
    expect(sums.state.counters.completions).toBe(completions.length);
    a.publish();
    expect(() => mergeLearning(sums.state, emptyLearning())).toThrow(/generations/);
  });
});

describe('k devices', () => {
  it('a title is published once k of them completed it, and changes by whole cohorts (rule 12.5)', () => {
    const folding = new Folding();
    folding.fold(twoTastes(80));
    folding.fold([completionOf(901, 'rare'), completionOf(902, 'rare')]);
    const ids = (factors: PublishedFactors) => factors.titles.map(({ contentId }) => contentId);
    const before = published(folding);
    expect(ids(before)).not.toContain('rare');
    folding.fold([completionOf(902, 'rare')]);
    expect(ids(published(folding))).not.toContain('rare');
    folding.fold([completionOf(903, 'rare')]);
    const after = published(folding);
    expect(ids(after)).toContain('rare');
    const rare = (factors: PublishedFactors) =>
      factors.titles.find(({ contentId }) => contentId === 'rare');
    folding.fold([completionOf(904, 'rare'), completionOf(905, 'rare')]);
    expect(rare(published(folding))?.count).toBe(rare(after)?.count);
  });

  it('stand behind moments, mean viewers and hits as well (rule 12.5)', () => {
    const folding = new Folding();
    folding.fold([completionOf(1, 'a', { hits: [true, false, false, false] })]);
    folding.fold([completionOf(2, 'b', { hits: [true, false, false, false] })]);
    for (const item of ['moments', 'hits', 'history-1'] as const) {
      expect(folding.state.shared.get(item)!.closed.weight).toBe(0);
    }
    folding.fold([completionOf(3, 'c', { hits: [true, false, false, false] })]);
    for (const item of ['moments', 'hits', 'history-1'] as const) {
      expect(folding.state.shared.get(item)!.closed.weight).toBe(3);
      expect(folding.state.shared.get(item)!.open).toEqual([]);
    }
  });
});

describe('generations', () => {
  it('keep their axes, and take factors of the one before (rule 12.6)', () => {
    const folding = new Folding();
    folding.fold(twoTastes(80));
    const first = published(folding);
    expect(first.generation).toBe(1);
    const { axes } = folding.state;
    const old = completionOf(500, 'late', {
      factors: { generation: 0, coordinates: vectorOf(5, 0.1) },
    });
    folding.fold([old]);
    expect(folding.state.axes).toBe(axes);
    const [waiting] = folding.state.titles.get('late')!.tally.open;
    const mapped = Array.from({ length: 32 }, (_, row) =>
      vectorOf(5, 0.1).reduce((sum, value, i) => sum + axes.fromPrevious[row * 32 + i]! * value, 0),
    );
    const norm = Math.hypot(...mapped);
    mapped.forEach((value, i) => {
      expect(waiting!.vector[i]).toBeCloseTo(norm > 12 ? (12 * value) / norm : value, 9);
    });
  });

  it('whiten: viewers then have unit variance along every axis (rule 12.6)', () => {
    const folding = new Folding(emptyLearning(), createLearningConfig({ minDevices: 1 }));
    folding.fold(
      Array.from({ length: 400 }, (_, i) =>
        completionOf(i, `title-${i % 9}`, {
          factors: { generation: 0, coordinates: vectorOf(i + 1) },
        }),
      ),
    );
    published(folding);
    const { vector } = folding.state.shared.get('moments')!.closed;
    const count = vector[528]!;
    let at = 0;
    for (let row = 0; row < 32; row += 1) {
      for (let column = row; column < 32; column += 1, at += 1) {
        const moment = vector[at]! / count;
        if (row === column) expect(Math.abs(moment - 1)).toBeLessThan(0.1);
        else expect(Math.abs(moment)).toBeLessThan(1e-6);
      }
    }
  });

  it('older or unknown ones count as a completion without factors (rule 12.6)', () => {
    const folding = new Folding();
    folding.fold([completionOf(1, 'a', { factors: { generation: 5, coordinates: vectorOf(1) } })]);
    const [waiting] = folding.state.titles.get('a')!.tally.open;
    expect([...waiting!.vector]).toEqual(Array<number>(33).fill(0));
    expect(waiting!.weight).toBe(1);
  });
});

describe('limits', () => {
  it('a device counts so often a day (rule 12.7)', () => {
    const folding = new Folding();
    folding.fold(Array.from({ length: 40 }, (_, i) => completionOf(1, `title-${i}`)));
    expect(folding.state.counters).toMatchObject({ completions: 40, completionsLearned: 24 });
    folding.fold([completionOf(1, 'tomorrow', { receivedAtMs: START_MS + DAY_MS })]);
    expect(folding.state.counters.completionsLearned).toBe(25);
  });

  it('factors are cut to a length of 8; what is no number is none (rule 12.7)', () => {
    const folding = new Folding();
    const huge = vectorOf(3, 1e9);
    folding.fold([completionOf(1, 'a', { factors: { generation: 0, coordinates: huge } })]);
    const { vector } = folding.state.titles.get('a')!.tally.open[0]!;
    expect(Math.hypot(...vector.subarray(0, 32))).toBeCloseTo(8, 9);
    for (const coordinates of [vectorOf(1).fill(NaN), vectorOf(1).fill(Infinity), [1, 2]]) {
      const other = new Folding();
      other.fold([completionOf(1, 'a', { factors: { generation: 0, coordinates } })]);
      expect(other.state.titles.get('a')!.tally.open[0]!.vector[32]).toBe(0);
    }
  });

  it('what waits gives way by fewest devices, what is learned by completions (rule 12.7)', () => {
    const config = createLearningConfig({ minDevices: 3, maxTitles: 4, maxWaitingTitles: 6 });
    const folding = new Folding(emptyLearning(), config);
    folding.fold([completionOf(1, 'two'), completionOf(2, 'two')]);
    const { touched } = folding.fold(
      Array.from({ length: 20 }, (_, i) => completionOf(100 + i, `one-${i}`)),
    );
    expect(folding.state.titles.size).toBeLessThanOrEqual(6);
    expect(folding.state.titles.has('two')).toBe(true);
    expect(folding.state.titles.has('one-0')).toBe(false);
    expect(touched.titles).toContain('one-0');
    const close = (id: string, devices: number) =>
      folding.fold(Array.from({ length: devices }, (_, i) => completionOf(200 + i, id)));
    const completions = { 'z-a': 9, 'z-b': 6, 'z-c': 3, 'z-d': 6, 'z-e': 9 };
    for (const [id, devices] of Object.entries(completions)) close(id, devices);
    const learned = [...folding.state.titles.values()].filter(
      ({ tally }) => tally.closed.weight > 0,
    );
    expect(learned.map(({ id }) => id).sort()).toEqual(['z-a', 'z-b', 'z-d', 'z-e']);
  });

  it('a bad setting is refused by name', () => {
    expect(() => createLearningConfig({ maxTitles: 0 })).toThrow(/maxTitles is 0/);
  });
});

describe('the way to score', () => {
  it('changes once another finds more than chance explains (rule 12.8)', () => {
    const folding = new Folding();
    const hits = (device: number, found: boolean) =>
      completionOf(device, `title-${device}`, { hits: [false, false, found, false] });
    folding.fold([1, 2, 3].map((device) => hits(device, true)));
    folding.publish();
    expect(folding.state.scoring).toBe(0);
    folding.fold(Array.from({ length: 30 }, (_, i) => hits(10 + i, true)));
    folding.publish();
    expect(folding.state.scoring).toBe(2);
  });
});
