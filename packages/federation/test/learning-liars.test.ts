import { describe, expect, it } from '@jest/globals';
import { createLearningConfig, emptyLearning } from '../src/index.js';
import { DAY_MS, dump, START_MS } from './fixtures.js';
import { completionOf, Folding, learningConfig, twoTastes } from './learning-fixtures.js';

const HONEST = 80;
const LIARS = 8;

/** How long a title is that liars report, all with one viewer along the mean viewer of the fleet. */
function pushedLength(norm: number, sharedMoment = learningConfig.sharedMoment): number {
  const folding = new Folding(
    emptyLearning(),
    createLearningConfig({ ...learningConfig, minDevices: 2, sharedMoment }),
  );
  folding.fold(twoTastes(HONEST));
  const { factors } = folding.publish();
  const mean = factors!.meanViewers[1]!;
  const length = Math.hypot(...mean);
  const viewer = {
    generation: factors!.generation,
    coordinates: mean.map((v) => (v * norm) / length),
  };
  folding.fold(
    Array.from({ length: LIARS }, (_, i) =>
      completionOf(`liar-${i}`, 'pushed', { factors: viewer }),
    ),
  );
  const { titles } = folding.publish().factors!;
  return Math.hypot(...titles.find(({ contentId }) => contentId === 'pushed')!.coordinates);
}

describe('devices that all report one viewer', () => {
  const share = LIARS / (LIARS + 0.1 * (HONEST + LIARS));
  const bound = Math.sqrt(share / 2);

  it.each([0.5, 1, 2, 4, 8, 1000])(
    'draw their title no further than the bound, %s long (rule 12.15)',
    (norm) => {
      expect(pushedLength(norm)).toBeLessThanOrEqual(bound);
    },
  );

  it('would draw it far beyond, did what they have in common not count', () => {
    expect(pushedLength(8, 0)).toBeGreaterThan(3 * bound);
    expect(pushedLength(8)).toBeLessThan(pushedLength(2));
  });
});

describe('devices that report a title again and again', () => {
  const devices = Array.from({ length: 60 }, (_, i) => `again-${i}`);
  const reportAll = (folding: Folding, ids: readonly string[], receivedAtMs = START_MS) =>
    folding.fold(ids.map((id) => completionOf(id, 'pushed', { receivedAtMs })));
  const countOf = ({ state }: Folding) => state.titles.get('pushed')!.tally.closed.weight;

  it('count little more than once in a half-life (rule 12.16)', () => {
    const folding = new Folding();
    for (let times = 0; times < 12; times += 1) reportAll(folding, devices);
    expect(countOf(folding)).toBeGreaterThanOrEqual(60);
    expect(countOf(folding)).toBeLessThan(90);
  });

  it('count again when the sample is forgotten, and others before (rule 12.16)', () => {
    const folding = new Folding(emptyLearning(), { ...learningConfig, maxClockStepMs: 2 ** 40 });
    reportAll(folding, devices);
    reportAll(folding, devices.slice(0, 6));
    const before = countOf(folding);
    reportAll(
      folding,
      devices.map((id) => `other ${id}`),
    );
    expect(countOf(folding)).toBe(before + 60);
    folding.publish(START_MS + 31 * DAY_MS);
    expect(folding.state.titles.get('pushed')!.sample).toBeUndefined();
    reportAll(folding, devices, START_MS + 31 * DAY_MS);
    expect(countOf(folding)).toBeGreaterThan(before / 2 + 60);
  });

  it('count no more in the half-life after, nor whoever reports their title then (rule 12.17)', () => {
    const folding = new Folding(emptyLearning(), { ...learningConfig, maxClockStepMs: 2 ** 40 });
    reportAll(folding, devices);
    reportAll(folding, devices);
    const before = countOf(folding);
    expect(before).toBeLessThan(90);
    folding.publish(START_MS + 31 * DAY_MS);
    expect(folding.state.titles.get('pushed')!.sample).toBeUndefined();
    reportAll(folding, devices, START_MS + 31 * DAY_MS);
    expect(countOf(folding)).toBe(before);
    reportAll(folding, devices, START_MS + 92 * DAY_MS);
    expect(folding.state.titles.get('pushed')!.barredUntilMs).toBeUndefined();
    expect(countOf(folding)).toBeCloseTo(60 + before * 2 ** (-92 / 30), 0);
  });

  it('are held back for as long as they go on, half-life after half-life (rule 12.17)', () => {
    const folding = new Folding(emptyLearning(), { ...learningConfig, maxClockStepMs: 2 ** 40 });
    for (let day = 0; day < 150; day += 5) reportAll(folding, devices, START_MS + day * DAY_MS);
    const { closed } = folding.state.titles.get('pushed')!.tally;
    expect(closed.weight).toBeLessThan(90);
    expect(closed.lastClosedMs).toBeLessThan(START_MS + 10 * DAY_MS);
  });

  it('are found out by a sample of 32 at most, by keyed hashes that no device knows (rule 12.16)', () => {
    const folding = new Folding();
    reportAll(
      folding,
      Array.from({ length: 1000 }, (_, i) => `many-${i}`),
    );
    const { sample } = folding.state.titles.get('pushed')!;
    expect(sample!.devices.size).toBeLessThanOrEqual(32);
    expect(sample!.devices.size).toBeGreaterThan(8);
    expect(countOf(folding)).toBe(999);
    expect(dump(folding.state)).not.toContain('many-');
  });
});
