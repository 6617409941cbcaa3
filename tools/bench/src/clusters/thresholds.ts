import { cosineSimilarity } from '@omega-tv/embedding-codec';
import type { Title } from '@omega-tv/catalogue';
import {
  contribute,
  createFederationConfig,
  emptyFederation,
  publish,
  type CohortKeys,
  type FederationConfig,
} from '@omega-tv/federation';
import { createRandom } from '@omega-tv/seeded-random';
import type { PatternData, RandomSource } from '@omega-tv/types';
import { mean } from '../measure.js';
import { drawTastes, learnPattern, meanVector, quantile, sample, titlesByGenre } from './tastes.js';

const TASTES = 3;
const PUSHES = 4;
const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8];
const DEVICES = [36, 120];
const JOINS = [0.6, 0.65, 0.7, 0.75, 0.8];
const MERGES = [0.85, 0.95];
const USUAL = { join: 0.7, merge: 0.9 };

/** There is nothing to hide from in a bench. */
const keys: CohortKeys = { drawKey: () => '', tagDevice: (_, deviceId) => deviceId };

/**
 * What the thresholds of the clusters do to tastes that are there to be found: in each large genre
 * of the catalogue, TVs of 3 tastes push 4 times; k = 10.
 */
export function tabulateClusterThresholds(onStage: (stage: string) => void): string {
  const lines = DEVICES.flatMap((devices) => {
    onStage(`${devices} TVs a genre`);
    return [
      ...JOINS.map((join) => rowOf(devices, join, USUAL.merge)),
      ...MERGES.map((merge) => rowOf(devices, USUAL.join, merge)),
    ];
  });
  const head = 'TVs join merge  published a genre  found tastes  cosine to taste, mean (5 %)';
  return [head, ...lines, ''].join('\n');
}

function rowOf(devices: number, joinCosine: number, mergeCosine: number): string {
  const { published, found, cosines } = measure(devices, joinCosine, mergeCosine);
  return [
    String(devices).padStart(3),
    joinCosine.toFixed(2),
    mergeCosine.toFixed(2).padStart(5),
    mean(published).toFixed(1).padStart(18),
    `${(100 * mean(found)).toFixed(0)} %`.padStart(13),
    mean(cosines).toFixed(3).padStart(21),
    `(${quantile(cosines, 0.05).toFixed(3)})`,
  ].join(' ');
}

function measure(devices: number, joinCosine: number, mergeCosine: number) {
  const config = createFederationConfig({ joinCosine, mergeCosine });
  const published: number[] = [];
  const found: number[] = [];
  const cosines: number[] = [];
  for (const seed of SEEDS) {
    for (const titles of titlesByGenre()) {
      const random = createRandom('cluster thresholds', seed);
      const groups = drawTastes(titles, TASTES, random);
      const patterns = fold(devices, groups, config, random);
      published.push(patterns.length);
      const nearest = groups.map((group) => findNearest(group, patterns));
      cosines.push(...nearest.map(({ similarity }) => similarity));
      found.push(new Set(nearest.map(({ index }) => index)).size / TASTES);
    }
  }
  return { published, found, cosines };
}

function fold(
  devices: number,
  groups: readonly (readonly Title[])[],
  config: FederationConfig,
  random: RandomSource,
): readonly PatternData[] {
  const embeddings = Array.from({ length: devices }, (_, device) =>
    learnPattern(groups[device % TASTES] ?? [], random),
  );
  let state = emptyFederation();
  for (let push = 0; push < PUSHES; push += 1) {
    const contributions = sample([...embeddings.entries()], devices, random).map(
      ([device, embedding]) => ({
        deviceId: `tv-${device}`,
        genre: 'drama',
        embedding,
        successRate: 0.9,
        newSamples: 10,
        receivedAtMs: 0,
      }),
    );
    state = contribute(state, contributions, keys, config).state;
    state = publish(state, 0, config).state;
  }
  return state.published.patterns;
}

function findNearest(group: readonly Title[], patterns: readonly PatternData[]) {
  const centre = meanVector(group.map(({ embedding }) => embedding));
  const similarities = patterns.map(({ embedding }) => cosineSimilarity(embedding, centre));
  const similarity = Math.max(0, ...similarities);
  return { similarity, index: similarities.indexOf(similarity) };
}
