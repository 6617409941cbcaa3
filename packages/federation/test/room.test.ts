import { cosineSimilarity } from '@omega-tv/embedding-codec';
import { describe, expect, it } from '@jest/globals';
import { contribute } from '../src/contribute.js';
import { createFederationConfig } from '../src/config.js';
import type { FederationState } from '../src/state.js';
import { dot } from '../src/vector.js';
import {
  config,
  contributionOf,
  dramas,
  fold,
  hmacKeys,
  likeTitles,
  meanOf,
  publishNow,
  tastePatterns,
  titles,
  toBytes,
} from './fixtures.js';

const [seed] = dramas;
const embedding = seed!.embedding;
/** The drama least like the first: another taste. */
const far = dramas.reduce((least, title) =>
  cosineSimilarity(title.embedding, embedding) < cosineSimilarity(least.embedding, embedding)
    ? title
    : least,
);
const tastes = [seed!, far];
const honest = tastes.map((title) => tastePatterns(title, 6, dramas));

/** Directions of real titles, each orthogonal to those before (Gram-Schmidt). */
function orthogonalVectors(count: number): Float32Array[] {
  const basis: Float64Array[] = [];
  for (const title of titles.slice(0, count)) {
    const rest = Float64Array.from(title.embedding);
    for (const unit of basis) {
      const part = dot(rest, unit);
      unit.forEach((value, i) => (rest[i]! -= part * value));
    }
    const length = Math.sqrt(dot(rest, rest));
    basis.push(rest.map((value) => value / length));
  }
  return basis.map((vector) => Float32Array.from(vector));
}

function junkGenres(count: number, deviceId = 'junk') {
  return Array.from({ length: count }, (_, i) =>
    contributionOf(deviceId, embedding, { genre: `junk ${i}` }),
  );
}

function genresOf(state: FederationState): ReadonlySet<string> {
  return new Set([...state.clusters.values()].map(({ genre }) => genre));
}

/** The published patterns, and how near each honest taste has one. */
function findTastes(state: FederationState) {
  const { patterns } = publishNow(state).globals;
  const nearest = tastes.map((title) => {
    const centre = meanOf(likeTitles(title, 12, dramas));
    const cosines = patterns.map((pattern) => cosineSimilarity(pattern.embedding, centre));
    return { index: cosines.indexOf(Math.max(...cosines)), cosine: Math.max(...cosines) };
  });
  return { patterns, nearest };
}

const directions = orthogonalVectors(9);

/** A vector of a given cosine to the first direction, and else along another one. */
function atCosine(similarity: number, other = 1): Float32Array {
  const rest = Math.sqrt(1 - similarity * similarity);
  return directions[0]!.map((value, i) => similarity * value + rest * directions[other]![i]!);
}

describe('a contribution (rule 7.3)', () => {
  const one = contributionOf('one', atCosine(1));
  const devicesAfter = (...others: readonly Float32Array[]) =>
    [
      ...fold([one, ...others.map((v, i) => contributionOf(`other-${i}`, v))]).clusters.values(),
    ].map(({ tally }) => tally.open[0]?.devices.size);

  it('joins a cluster of its genre from cosine 0.75 on', () => {
    expect(devicesAfter(atCosine(0.76))).toEqual([2]);
    expect(devicesAfter(atCosine(0.74))).toEqual([1, 1]);
  });

  it('joins the nearest of several', () => {
    const degrees = (angle: number) => atCosine(Math.cos((angle * Math.PI) / 180));
    expect(devicesAfter(degrees(46), degrees(20))).toEqual([2, 1]);
    expect(devicesAfter(degrees(46), degrees(26))).toEqual([1, 2]);
  });

  it('joins no cluster of another genre', () => {
    const { clusters } = fold([one, { ...one, deviceId: 'other', genre: 'war' }]);
    expect([...clusters.keys()]).toEqual(['global:drama-1', 'global:war-1']);
  });

  it('joins from cosine 0.5 on where as many wait as may, else displaces the oldest', () => {
    const waiting = directions.slice(0, 8).map((v, i) => contributionOf(`tv-${i}`, v));
    const ids = waiting.map((_, i) => `global:drama-${i + 1}`);
    const idsAfter = (similarity: number) => [
      ...fold([...waiting, contributionOf('new', atCosine(similarity, 8))]).clusters.keys(),
    ];
    expect(idsAfter(0.51)).toEqual(ids);
    expect(idsAfter(0.49)).toEqual([...ids.slice(1), 'global:drama-9']);
  });
});

describe('room for clusters (rule 7.3)', () => {
  it('lets TVs of one taste be published after one device pushed 64 junk genres', () => {
    const filled = fold(junkGenres(64));
    expect(genresOf(filled).size).toBe(16);
    const taste = honest[0]!.slice(0, 3).map((pattern, i) => contributionOf(`tv-${i}`, pattern));
    const { patterns } = publishNow(fold(taste, config, filled)).globals;
    expect(patterns).toMatchObject([{ genre: 'drama' }]);
  });

  it('gives a new genre the room of the oldest with the fewest devices, and names the records', () => {
    const crowd = junkGenres(64).map((one, i) => ({ ...one, deviceId: `junk-${i % 8}` }));
    const filled = fold([...crowd, ...junkGenres(1, 'another')]);
    expect(genresOf(filled).size).toBe(64);
    const { state, touched } = contribute(
      filled,
      honest[0]!.slice(0, 3).map((pattern, i) => contributionOf(`tv-${i}`, pattern)),
      hmacKeys('honest'),
      config,
    );
    expect(publishNow(state).globals.patterns).toMatchObject([{ genre: 'drama' }]);
    expect(touched.clusters.filter((id) => !state.clusters.has(id))).toEqual(['global:junk-1-1']);
    expect(touched.trends.filter((id) => !state.trends.has(id))).toEqual(['ZZ:junk 1']);
  });

  it('looks at what waits once a delta, however many genres are new in it', () => {
    const waiting = junkGenres(64).map((one, i) => ({ ...one, deviceId: `tv-${i}` }));
    const state = fold(waiting);
    let tagged = 0;
    const keys = hmacKeys('another');
    const counting = {
      ...keys,
      tagDevice: (key: string, deviceId: string) => {
        tagged += 1;
        return keys.tagDevice(key, deviceId);
      },
    };
    const dearest = junkGenres(64, 'another').map((one) => ({ ...one, genre: `new ${one.genre}` }));
    contribute(state, dearest, counting, config);
    // What waited, what joined a cluster and a trend, and that once more, for it waits then.
    expect(tagged).toBeLessThanOrEqual(64 + 3 * 64);
  });

  it('lets a crowded genre learn what it has in common', () => {
    // So high a cosine to join at that no two TVs would share a cluster.
    const settings = createFederationConfig({ minDevices: 3, joinCosine: 0.99, mergeCosine: 0.99 });
    const pushed = tastePatterns(seed!, 12).map((pattern, i) => contributionOf(`tv-${i}`, pattern));
    const { globals } = publishNow(fold(pushed, settings), undefined, settings);
    expect(globals.patterns.length).toBeGreaterThan(0);
  });

  it.each([
    ['orthogonal vectors', orthogonalVectors(8)],
    ['titles of other genres', titles.filter((t) => !t.genres.includes('drama')).slice(0, 8)],
  ])('keeps two tastes apart after one device pushed 8 %s', (_, junk) => {
    const pushed = junk.map((one) =>
      contributionOf('junk', 'embedding' in one ? one.embedding : one),
    );
    const contributions = [0, 1, 2, 3, 4, 5].flatMap((i) =>
      honest.map((patterns, taste) => contributionOf(`tv-${taste}-${i}`, patterns[i]!)),
    );
    const { patterns, nearest } = findTastes(fold([...pushed, ...contributions]));
    expect(patterns).toHaveLength(2);
    expect(new Set(nearest.map(({ index }) => index)).size).toBe(2);
    for (const taste of nearest) expect(taste.cosine).toBeGreaterThan(0.9);
  });

  it('lets one device displace its own junk first, however often it pushes', () => {
    const junk = orthogonalVectors(40).slice(8);
    let state = fold([...junkGenres(64), ...junk.map((v) => contributionOf('junk', v))]);
    [0, 1, 2].forEach((i) => {
      state = fold([contributionOf(`tv-${i}`, honest[0]![i]!)], config, state);
      const more = [...junk.map((v) => contributionOf('junk', v)), ...junkGenres(90)];
      state = fold(more, config, state);
    });
    expect(publishNow(state).globals.patterns).toMatchObject([{ genre: 'drama' }]);
  });

  it('lets fewer than k devices displace nothing that k devices closed', () => {
    const closed = fold(['a', 'b', 'c'].map((id) => contributionOf(id, embedding)));
    const junk = Array.from({ length: 2 }, (_, i) => [
      ...junkGenres(80, `junk-${i}`),
      ...orthogonalVectors(40).map((v) => contributionOf(`junk-${i}`, v)),
    ]).flat();
    const state = fold(junk, config, closed);
    expect(state.clusters.get('global:drama-1')!.tally.closed.weight).toBeGreaterThanOrEqual(24);
    expect(publishNow(state).globals.patterns[0]!.genre).toBe('drama');
  });

  it('lets the lightest cluster of a full genre give way, then the oldest', () => {
    const settings = createFederationConfig({ minDevices: 3, clustersPerGenre: 2 });
    const [one, two, three] = directions;
    const pushed = (vector: Float32Array, devices: readonly string[]) =>
      devices.map((id) => contributionOf(id, vector));
    const full = fold(
      [...pushed(one!, ['a', 'b', 'c', 'd', 'e', 'f']), ...pushed(two!, ['a', 'b', 'c'])],
      settings,
    );
    const after = fold(pushed(three!, ['x', 'y', 'z']), settings, full);
    const left = [...after.clusters.values()].map(({ id }) => id);
    expect(left).toEqual(['global:drama-1', 'global:drama-3']);
  });

  it('keeps the state bounded: twice the limits, trends with their genres', () => {
    const settings = createFederationConfig({ minDevices: 3, maxGenres: 4, clustersPerGenre: 2 });
    let state = fold([], settings);
    titles.forEach((title, i) => {
      const genre = `${title.genres[0]} ${i % 7}`;
      const devices = i % 5 === 0 ? ['a', 'b', 'c'] : [`tv-${i % 11}`];
      const pushed = devices.map((id) => contributionOf(id, title.embedding, { genre }));
      state = fold(pushed, settings, state);
      const clusters = [...state.clusters.values()];
      const closed = clusters.filter(({ tally }) => tally.closed.weight > 0);
      expect(new Set(closed.map((cluster) => cluster.genre)).size).toBeLessThanOrEqual(4);
      expect(genresOf(state).size).toBeLessThanOrEqual(8);
      for (const name of genresOf(state)) {
        const ofGenre = clusters.filter((cluster) => cluster.genre === name);
        expect(ofGenre.length).toBeLessThanOrEqual(4);
        expect(ofGenre.filter((cluster) => closed.includes(cluster)).length).toBeLessThanOrEqual(2);
      }
      expect(new Set([...state.trends.values()].map((trend) => trend.genre))).toEqual(
        genresOf(state),
      );
    });
  });

  it('decides alike whatever keys are drawn and in whatever order the records come', () => {
    const junk = orthogonalVectors(20).map((v, i) => contributionOf(`junk-${i % 3}`, v));
    const taste = [0, 1, 2].map((i) => contributionOf(`tv-${i}`, honest[0]![i]!));
    const results = ['one', 'two'].map((secret, isReversed) => {
      const first = fold([...junkGenres(70), ...junk], config, undefined, hmacKeys(secret));
      const records = [...first.clusters];
      if (isReversed) records.reverse();
      const state = { ...first, clusters: new Map(records) };
      const last = fold([...junk, ...taste], config, state, hmacKeys(`${secret} more`));
      return [toBytes(publishNow(last).globals), [...last.clusters.keys()].sort()];
    });
    expect(results[1]).toEqual(results[0]);
  });
});
