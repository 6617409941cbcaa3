import { cosineSimilarity } from '@omega-tv/embedding-codec';
import { validateGlobalPatterns } from '@omega-tv/types';
import { describe, expect, it } from '@jest/globals';
import { createFederationConfig } from '../src/config.js';
import { publish } from '../src/publish.js';
import { dot } from '../src/vector.js';
import {
  config,
  contributionOf,
  DAY_MS,
  deepFreeze,
  dramas,
  dump,
  fold,
  meanOf,
  publishNow,
  START_MS,
  tastePatterns,
  titles,
  toBytes,
  trusting,
} from './fixtures.js';

const [seed] = dramas;
const patterns = tastePatterns(seed!, 12);
const names = ['a', 'b', 'c'];

/** Three devices with one vector: one closed cohort. */
function trio(embedding: Float32Array, changes = {}, prefix = '') {
  return names.map((name) => contributionOf(prefix + name, embedding, changes));
}

describe('publish', () => {
  it('publishes valid patterns of unit length', () => {
    const { globals } = publishNow(fold(patterns.map((p, i) => contributionOf(`tv-${i}`, p))));
    validateGlobalPatterns(globals);
    expect(globals).toMatchObject({ version: 1, timestamp: '2026-01-01T00:00:00.000Z' });
    for (const { embedding } of globals.patterns) {
      expect(Math.sqrt(dot(embedding, embedding))).toBeCloseTo(1, 6);
    }
  });

  it('weighs directions by success rate x samples, and counts what was capped (rules 7.2, 7.8)', () => {
    const [x, y, z] = patterns as [Float32Array, Float32Array, Float32Array];
    const { globals } = publishNow(
      fold([
        contributionOf('a', x, { successRate: 1, newSamples: 4 }),
        contributionOf('b', y, { successRate: 0.5, newSamples: 8 }),
        contributionOf('c', z, { successRate: 0.8, newSamples: 1000 }),
      ]),
    );
    const unit = (v: Float32Array) => v.map((value) => value / Math.sqrt(dot(v, v)));
    const expected = unit(x).map((value, i) => 4 * value + 4 * unit(y)[i]! + 8 * unit(z)[i]!);
    expect(cosineSimilarity(globals.patterns[0]!.embedding, expected)).toBeGreaterThan(0.999999);
    expect(globals.patterns[0]!.successRate).toBe(Math.round((100 * 16) / 22) / 100);
    expect(globals.patterns[0]!.sampleCount).toBe(22);
  });

  it('makes no version when nothing changed, and leaves its input as it was (rule 7.7)', () => {
    const folded = deepFreeze(fold(trio(patterns[0]!)));
    const dumped = dump(folded);
    const first = publish(folded, START_MS, config);
    expect(dump(folded)).toBe(dumped);
    expect(first.globals).toBe(first.state.published);
    const again = publish(deepFreeze(first.state), START_MS + 1, config);
    expect(again).toMatchObject({ globals: null, touched: { clusters: [], trends: [] } });
    expect(again.state.published).toBe(first.globals);
  });

  it('keeps a pattern that hardly moved, floats and all', () => {
    // 1,000 h apart, so that the trends have long gone and only patterns could make a version.
    const later = START_MS + 1000 * 3_600_000;
    const much = Array.from({ length: 20 }, (_, i) => trio(patterns[0]!, {}, `${i}`)).flat();
    let { state } = publishNow(publishNow(fold(much)).state, later);
    const { version, patterns: before } = state.published;
    const same = trio(patterns[0]!, { receivedAtMs: START_MS }, 'late');
    state = publishNow(fold(same, config, state), later).state;
    expect(state.published.version).toBe(version);
    expect(state.published.patterns[0]).toBe(before[0]);
    const other = Array.from({ length: 60 }, (_, i) => trio(patterns[5]!, {}, `other-${i}`)).flat();
    const moved = publishNow(fold(other, config, state), later).globals;
    expect(moved.version).toBe(version + 1);
    expect(cosineSimilarity(moved.patterns[0]!.embedding, before[0]!.embedding)).toBeLessThan(
      0.9995,
    );
  });

  it('orders the strongest first and breaks ties by id (rule 2.6)', () => {
    const state = fold([
      ...trio(patterns[0]!, { genre: 'weak', newSamples: 2 }),
      ...trio(patterns[0]!, { genre: 'zebra' }),
      ...trio(patterns[0]!, { genre: 'ant' }),
    ]);
    const ids = publishNow(state).globals.patterns.map(({ id }) => id);
    expect(ids).toEqual(['global:ant-1', 'global:zebra-1', 'global:weak-1']);
  });

  it('publishes nothing of sums that cancel out', () => {
    const state = fold(trio(patterns[0]!));
    const cluster = state.clusters.get('global:drama-1')!;
    const closed = { ...cluster.tally.closed, vector: new Float64Array(384) };
    const cancelled = { ...cluster, tally: { ...cluster.tally, closed } };
    const after = { ...state, clusters: new Map([[cluster.id, cancelled]]) };
    expect(publishNow(after).globals.patterns).toEqual([]);
  });

  it('lets what nobody confirms fade, and go in the end (rule 7.6)', () => {
    const { state } = publishNow(fold(trio(patterns[0]!)));
    const month = trio(patterns[1]!, { receivedAtMs: START_MS + 30 * DAY_MS });
    const half = fold(month, trusting, state);
    expect(half.clusters.get('global:drama-1')!.tally.closed.weight).toBeCloseTo(12 + 24, 6);
    const gone = publish(half, START_MS + 1000 * DAY_MS, trusting);
    expect(gone.globals).toMatchObject({ version: 2, patterns: [], trends: [] });
    expect(gone.touched.clusters).toEqual(['global:drama-1']);
    expect(gone.state.clusters.size).toBe(0);
  });

  it('survives clocks that jump (rule 5.5)', () => {
    let state = fold(trio(patterns[0]!));
    for (const receivedAtMs of [NaN, 0, Infinity, -1, START_MS]) {
      state = fold(trio(patterns[1]!, { receivedAtMs }), config, state);
      const { globals } = publishNow(state, receivedAtMs);
      validateGlobalPatterns(globals);
      const { closed } = state.clusters.get('global:drama-1')!.tally;
      expect(closed.weight).toBeLessThanOrEqual(24 * 6);
      expect(closed.vector.every(Number.isFinite)).toBe(true);
    }
  });

  it('merges clusters that came close: sums add, cohorts stay apart (rule 7.3)', () => {
    const [x, y] = [meanOf(titles.slice(0, 3)), meanOf(titles.slice(3, 6))];
    const apart = createFederationConfig({ minDevices: 3, joinCosine: 0.99, mergeCosine: 0.99 });
    const close = { ...apart, mergeCosine: -1 };
    const first = publish(
      fold([...trio(x), ...trio(y), ...trio(y, {}, 'more-')], apart),
      START_MS,
      apart,
    );
    expect(first.globals!.patterns).toHaveLength(2);
    const waiting = fold([contributionOf('d', x), contributionOf('e', y)], apart, first.state);
    const tallies = [...waiting.clusters.values()].map(({ tally }) => tally);
    const merged = publish(waiting, START_MS, close);
    expect(merged.touched.clusters).toEqual(['global:drama-1', 'global:drama-2']);
    const [only, ...others] = [...merged.state.clusters.values()];
    expect(others).toEqual([]);
    expect(only!.id).toBe('global:drama-2');
    expect(only!.tally.closed.weight).toBe(72);
    expect(only!.tally.closed.samples).toBe(90);
    expect([...only!.tally.closed.vector]).toEqual(
      [...tallies[0]!.closed.vector].map((value, i) => value + tallies[1]!.closed.vector[i]!),
    );
    expect(only!.tally.open).toEqual([tallies[1]!.open[0], tallies[0]!.open[0]]);
    expect(merged.globals!.patterns).toHaveLength(1);
  });

  it('does not merge for what has not closed (rule 7.3)', () => {
    const settings = createFederationConfig({ minDevices: 3, joinCosine: 0.9 });
    const state = fold(
      [...trio(titles[0]!.embedding), contributionOf('x', titles[1]!.embedding)],
      settings,
    );
    const published = publishNow(state, START_MS, { ...settings, mergeCosine: -1 });
    expect(published.state.clusters.size).toBe(2);
  });

  it('continues after structured clone as if nothing had happened', () => {
    const { state } = publishNow(fold(trio(patterns[0]!)));
    const more = trio(patterns[3]!, { genre: 'drama' }, 'x');
    const straight = publishNow(fold(more, config, state)).globals;
    const cloned = publishNow(fold(more, config, structuredClone(state))).globals;
    expect(toBytes(cloned)).toBe(toBytes(straight));
  });
});
