import { cosineSimilarity } from '@omega-tv/embedding-codec';
import fc from 'fast-check';
import { describe, expect, it } from '@jest/globals';
import { contribute } from '../src/contribute.js';
import { createFederationConfig } from '../src/config.js';
import { publish } from '../src/publish.js';
import { emptyFederation } from '../src/state.js';
import {
  contributionOf,
  dramas,
  dump,
  fold,
  hmacKeys,
  publishNow,
  START_MS,
  tastePatterns,
  titles,
} from './fixtures.js';

const k = 10;
const settings = createFederationConfig({ minDevices: k, steadyCosine: 1 });

describe('privacy', () => {
  it('shows the mean of a cohort in the difference of two publications, never one device', () => {
    const patterns = tastePatterns(dramas[0]!, 40);
    const contributions = patterns.map((p, i) => contributionOf(`tv-${i}`, p));
    let { state, globals } = publishNow(fold([], settings), START_MS, settings);
    let changes = 0;
    for (const contribution of contributions) {
      const before = globals.patterns[0];
      ({ state, globals } = publishNow(fold([contribution], settings, state), START_MS, settings));
      const after = globals.patterns[0];
      if (after === before || after === undefined) continue;
      changes += 1;
      // The lengths of the sums are not published; an observer would try them all.
      for (let share = 0; share <= 1; share += 0.05) {
        const difference = after.embedding.map((v, i) => v - share * (before?.embedding[i] ?? 0));
        for (const pattern of patterns)
          expect(cosineSimilarity(difference, pattern)).toBeLessThan(0.98);
      }
    }
    expect(changes).toBe(4);
  });

  it('changes a pattern only after k distinct devices contributed to it (rule 7.4)', () => {
    const groups = [0, 300, 600].map((i) => tastePatterns(titles[i]!, 6));
    const apart = createFederationConfig({ minDevices: 3, mergeCosine: 1, steadyCosine: 1 });
    const push = fc.record({
      device: fc.nat(7),
      taste: fc.nat(2),
      newSamples: fc.integer({ min: 1, max: 30 }),
      successRate: fc.double({ min: 0.5, max: 1, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.array(push, { minLength: 20, maxLength: 60 }), (pushes) => {
        let state = emptyFederation();
        const keys = hmacKeys();
        const devicesSince = new Map<string, Set<number>>();
        for (const { device, taste, ...counts } of pushes) {
          const one = contributionOf(`tv-${device}`, groups[taste]![device % 6]!, counts);
          const step = contribute(state, [one], keys, apart);
          for (const id of step.touched.clusters) {
            devicesSince.set(id, (devicesSince.get(id) ?? new Set()).add(device));
          }
          const before = new Map(state.published.patterns.map((p) => [p.id, p]));
          state = publish(step.state, START_MS, apart).state;
          for (const pattern of state.published.patterns) {
            if (before.get(pattern.id) === pattern) continue;
            expect(devicesSince.get(pattern.id)!.size).toBeGreaterThanOrEqual(3);
            devicesSince.delete(pattern.id);
          }
        }
      }),
      { numRuns: 30 },
    );
  });

  it('tells a device by another tag under the key of each cohort (rule 7.5)', () => {
    const push = (genre: string) => contributionOf('living-room', dramas[0]!.embedding, { genre });
    const state = fold([push('drama'), push('war'), push('drama')], settings);
    const cohorts = [...state.clusters.values(), ...state.trends.values()].flatMap(
      ({ tally }) => tally.open,
    );
    expect(cohorts).toHaveLength(4);
    expect(new Set(cohorts.map(({ key }) => key)).size).toBe(4);
    const tags = cohorts.map(({ key, devices }) => {
      const [tag, ...others] = devices.keys();
      expect(others).toEqual([]);
      expect(tag).toBe(hmacKeys().tagDevice(key, 'living-room'));
      return tag;
    });
    expect(new Set(tags).size).toBe(4);
  });

  it('keeps no device id, and no tag of a closed cohort (rule 7.5)', () => {
    const contributions = tastePatterns(dramas[0]!, k).map((pattern, i) =>
      contributionOf(`living-room-${i}`, pattern),
    );
    const state = fold(contributions, settings);
    expect(dump(state)).not.toContain('living-room');
    expect(
      [...state.clusters.values(), ...state.trends.values()].flatMap((r) => r.tally.open),
    ).toEqual([]);
    expect(dump(state)).not.toContain('secret-');
  });
});
