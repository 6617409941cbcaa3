import { describe, expect, it } from '@jest/globals';
import { createFederationConfig } from '../src/config.js';
import {
  config,
  contributionOf,
  dramas,
  fold,
  HOUR_MS,
  publishNow,
  START_MS,
  tastePatterns,
  toBytes,
  trusting,
} from './fixtures.js';

const [seed] = dramas;
const patterns = tastePatterns(seed!, 12);

function push(devices: readonly number[], prefix = 'tv', atMs = START_MS) {
  return devices.map((i) =>
    contributionOf(`${prefix}-${i}`, patterns[i % 12]!, { receivedAtMs: atMs }),
  );
}

describe('k distinct devices', () => {
  it('publishes nothing below k and something at k (rule 7.4)', () => {
    expect(publishNow(fold(push([0, 1]))).globals).toMatchObject({ version: 0, patterns: [] });
    const { globals } = publishNow(fold(push([0, 1, 2])));
    expect(globals).toMatchObject({ version: 1, patterns: [{ id: 'global:drama-1' }] });
  });

  it('uses 10 by default (rule 7.4)', () => {
    const byDefault = createFederationConfig();
    const nine = fold(push([0, 1, 2, 3, 4, 5, 6, 7, 8]), byDefault);
    expect(publishNow(nine, START_MS, byDefault).globals.patterns).toHaveLength(0);
    const ten = fold(push([9]), byDefault, nine);
    expect(publishNow(ten, START_MS, byDefault).globals.patterns).toHaveLength(1);
  });

  it('never lets one device publish alone, however often it pushes (rule 7.4)', () => {
    const often = Array.from({ length: 500 }, () => push([0])).flat();
    expect(publishNow(fold(often)).globals.patterns).toHaveLength(0);
  });

  it('changes no published value before k further distinct devices contributed (rule 7.4)', () => {
    let { state, globals } = publishNow(fold(push([0, 1, 2])));
    const first = toBytes(globals);
    for (const devices of [[3], [3, 3], [4], [3, 4, 3, 4]]) {
      ({ state, globals } = publishNow(fold(push(devices), config, state)));
      expect(toBytes(globals)).toBe(first);
    }
    ({ globals } = publishNow(fold(push([5]), config, state)));
    expect(globals.version).toBe(2);
    expect(toBytes(globals)).not.toBe(first);
  });

  it('lets no device hold more than 2/k of a change (rule 7.4)', () => {
    const k = 10;
    const settings = createFederationConfig({ minDevices: k });
    const heavy = contributionOf('heavy', patterns[0]!, { successRate: 1, newSamples: 1e9 });
    let state = fold([heavy], settings);
    let light = 0;
    while (state.clusters.get('global:drama-1')!.tally.closed.weight === 0) {
      const one = contributionOf(`light-${light}`, patterns[1]!, { successRate: 1, newSamples: 1 });
      state = fold([one], settings, state);
      light += 1;
    }
    // The heavy device is capped at 10 samples; 40 of one sample each bring it to 10 of 50.
    expect(light).toBe(40);
    expect(state.clusters.get('global:drama-1')!.tally).toMatchObject({
      closed: { weight: 50, samples: 50 },
      open: [],
    });
  });

  it('caps a device at 10 samples too, so that low rates do not pile up (rule 7.2)', () => {
    const low = Array.from({ length: 20 }, (_, i) =>
      contributionOf('low', patterns[0]!, { successRate: 0.05, newSamples: 10 * (i + 1) }),
    );
    const honest = ['a', 'b'].map((id) => contributionOf(id, patterns[1]!, { successRate: 0.9 }));
    const [published] = publishNow(fold([...low, ...honest])).globals.patterns;
    expect(published).toMatchObject({ sampleCount: 30 });
    expect(published!.successRate).toBe(Math.round((100 * (9 + 9 + 0.5)) / 30) / 100);
  });

  it('takes no more from many pushes of a device than from one (rule 7.2)', () => {
    const rest = ['a', 'b'].map((id) => contributionOf(id, patterns[1]!));
    const pieces = [1, 4, 4, 9, 100].map((newSamples) =>
      contributionOf('x', patterns[0]!, { newSamples }),
    );
    const { closed } = fold([...pieces, ...rest]).clusters.get('global:drama-1')!.tally;
    expect(closed.samples).toBe(30);
    expect(closed.weight).toBeCloseTo(24, 9);
  });

  it('holds at most k x cap tags, and drops them with their key on closing', () => {
    const settings = createFederationConfig({ minDevices: 4 });
    let state = fold([contributionOf('heavy', patterns[0]!, { successRate: 1 })], settings);
    let most = 0;
    for (let i = 0; i < 100; i += 1) {
      const open = state.clusters.get('global:drama-1')!.tally.open;
      most = Math.max(most, ...open.map(({ devices }) => devices.size));
      if (open.length === 0) break;
      const least = contributionOf(`tv-${i}`, patterns[1]!, { successRate: 0.5, newSamples: 1 });
      state = fold([least], settings, state);
    }
    expect(most).toBeLessThanOrEqual(4 * 10);
    expect(state.clusters.get('global:drama-1')!.tally.open).toEqual([]);
  });

  it('forgets a cohort that waited longer than a half-life (rule 7.5)', () => {
    const state = fold(push([0, 1]));
    const late = START_MS + config.patternHalfLifeMs + HOUR_MS;
    const next = fold(push([2], 'tv', late), trusting, state);
    expect(next.clusters.get('global:drama-1')!.tally.open[0]!.devices.size).toBe(1);
    const { clusters, trends } = publishNow(state, late, trusting).state;
    expect(clusters.size).toBe(0);
    expect(trends.size).toBe(0);
  });

  it('protects no one with k = 1, as documented', () => {
    const one = createFederationConfig({ minDevices: 1 });
    expect(publishNow(fold(push([0]), one), START_MS, one).globals.patterns).toHaveLength(1);
  });
});
