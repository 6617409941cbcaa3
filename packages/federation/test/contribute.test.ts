import { describe, expect, it } from '@jest/globals';
import { applyMarks } from '../src/marks.js';
import { contribute } from '../src/contribute.js';
import { contributionsFromDelta } from '../src/contribution.js';
import { createFederationConfig } from '../src/config.js';
import { emptyFederation } from '../src/state.js';
import {
  config,
  contributionOf,
  deepFreeze,
  dramas,
  dump,
  fold,
  hmacKeys,
  publishNow,
  START_MS,
  tastePatterns,
  titles,
} from './fixtures.js';

const embedding = dramas[0]!.embedding;

function tenOf<Item>(create: (deviceId: string) => Item): Item[] {
  return Array.from({ length: 10 }, (_, i) => create(`tv-${i}`));
}

describe('contribute', () => {
  it('leaves its input as it was and shares what did not change', () => {
    const before = fold([
      contributionOf('tv-1', embedding),
      contributionOf('tv-1', titles[0]!.embedding, { genre: 'action' }),
    ]);
    const dumped = dump(before);
    const input = deepFreeze([contributionOf('tv-2', embedding)]);
    const { state, touched } = contribute(deepFreeze(before), input, hmacKeys(), config);
    expect(dump(before)).toBe(dumped);
    expect(touched).toEqual({ clusters: ['global:drama-1'], trends: ['ZZ:drama'] });
    expect(state.clusters.get('global:action-1')).toBe(before.clusters.get('global:action-1'));
    expect(state.clusters.get('global:drama-1')).not.toBe(before.clusters.get('global:drama-1'));
  });

  it.each([
    ['a zero vector', { embedding: new Float32Array(384) }],
    ['a vector that is not finite', { embedding: new Float32Array(384).fill(NaN) }],
    ['an infinite vector', { embedding: new Float32Array(384).fill(Infinity) }],
    ['a vector of another length', { embedding: embedding.slice(0, 100) }],
    ['a success rate of zero', { successRate: 0 }],
    ['a success rate that is no number', { successRate: NaN }],
  ])('counts the samples of %s, but learns nothing', (_, changes) => {
    const { state, touched } = contribute(
      emptyFederation(),
      [contributionOf('tv-1', embedding, changes)],
      hmacKeys(),
      config,
    );
    expect(state.counters).toMatchObject({ samples: 10, samplesLearned: 0 });
    expect(touched).toEqual({ clusters: [], trends: [] });
  });

  it('takes zero new samples for nothing', () => {
    const state = fold([contributionOf('tv-1', embedding, { newSamples: 0 })]);
    expect(dump(state)).toBe(dump(emptyFederation()));
  });

  it('learns the direction of huge and tiny vectors alike (rule 7.2)', () => {
    for (const scale of [1e-30, 1e30]) {
      const scaled = embedding.map((value) => value * scale);
      const patterns = ['a', 'b', 'c'].map((id) => contributionOf(id, scaled));
      const [published] = publishNow(fold(patterns)).globals.patterns;
      const error = published!.embedding.map((value, i) => Math.abs(value - embedding[i]!));
      expect(Math.max(...error)).toBeLessThan(1e-3);
    }
  });

  it('keeps no more than N closed clusters a genre (rule 7.3)', () => {
    const settings = createFederationConfig({ minDevices: 3, clustersPerGenre: 2 });
    const state = fold(
      titles
        .slice(0, 20)
        .flatMap(({ embedding: e }) => ['a', 'b', 'c'].map((id) => contributionOf(id, e))),
      settings,
    );
    expect(state.clusters.size).toBe(2);
    expect(state.counters.samplesLearned).toBe(600);
  });

  it('lets the lightest genre give way to one too many that k devices stand behind (rule 7.3)', () => {
    const settings = createFederationConfig({ maxGenres: 2 });
    const genres = ['', '__proto__', '', 'third'];
    const state = fold(
      genres.flatMap((genre) => tenOf((id) => contributionOf(id, embedding, { genre }))),
      settings,
    );
    expect([...state.clusters.keys()]).toEqual(['global:other-1', 'global:third-1']);
    expect([...state.trends.keys()]).toEqual(['ZZ:', 'ZZ:third']);
    expect(state.counters).toMatchObject({ samples: 400, samplesLearned: 400 });
  });

  it('learns an honest genre after eleven devices filled all 64 (rule 7.3)', () => {
    const eleven = Array.from({ length: 11 }, (_, i) => `junk-${i}`);
    const junk = Array.from({ length: 66 }, (_, i) =>
      eleven.map((id) => contributionOf(id, embedding, { genre: `junk ${i}` })),
    ).flat();
    const settings = createFederationConfig();
    const honest = (from: number, count: number, genre: string) =>
      Array.from({ length: count }, (_, i) =>
        contributionOf(`tv-${from + i}`, embedding, { genre }),
      );
    let state = fold(honest(0, 30, 'drama'), settings);
    state = fold(junk, settings, state);
    state = fold(honest(40, 10, 'comedy'), settings, state);
    const genres = new Set([...state.clusters.values()].map(({ genre }) => genre));
    expect(genres.has('drama')).toBe(true);
    expect(genres.has('comedy')).toBe(true);
    const closed = [...state.clusters.values()].filter(({ tally }) => tally.closed.weight > 0);
    expect(new Set(closed.map(({ genre }) => genre)).size).toBe(64);
  });

  it('gives genres with like names ids of their own', () => {
    const genres = ['Sci-Fi', 'sci fi', 'драма', 'комедия'];
    const state = fold(genres.map((genre) => contributionOf('tv', embedding, { genre })));
    expect([...state.clusters.values()].map(({ id, genre }) => [id, genre])).toEqual([
      ['global:sci-fi-1', 'Sci-Fi'],
      ['global:sci-fi-2', 'sci fi'],
      ['global:other-1', 'драма'],
      ['global:other-2', 'комедия'],
    ]);
  });

  it('saturates its counters (rule 11.12)', () => {
    const many = { newSamples: Number.MAX_SAFE_INTEGER };
    const state = fold(['a', 'b'].map((id) => contributionOf(id, embedding, many)));
    expect(state.counters.samples).toBe(Number.MAX_SAFE_INTEGER);
  });

  it('learns nothing from echoes of what it published', () => {
    const patterns = tastePatterns(dramas[0]!, 3);
    const { state, globals } = publishNow(
      fold(patterns.map((pattern, i) => contributionOf(`tv-${i}`, pattern))),
    );
    const echoed = globals.patterns.map((pattern) => ({ ...pattern, sampleCount: 1e6 }));
    const echoes = Array.from({ length: 20 }, (_, i) => {
      const { increments } = applyMarks(new Map(), echoed);
      return contributionsFromDelta(
        { deviceId: `echo-${i}`, patterns: echoed },
        increments,
        START_MS,
      );
    }).flat();
    expect(echoes).toEqual([]);
    expect(dump(fold(echoes, config, state))).toBe(dump(state));
  });
});
