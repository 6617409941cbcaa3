// What the thresholds of the clusters do to tastes that are there to be found:
//   node packages/federation/bench/thresholds.mjs
// In each large genre of the catalogue, TVs of 3 tastes push 4 times; k = 10.
import { contribute, createFederationConfig, emptyFederation, publish } from '@omega-tv/federation';
import * as tastes from './tastes.mjs';

const TASTES = 3;
const PUSHES = 4;
const SEEDS = [1, 2];

console.log('TVs join merge  published a genre  found tastes  cosine to taste, mean (5 %)');
for (const devices of [36, 120]) {
  for (const joinCosine of [0.6, 0.65, 0.7, 0.75, 0.8]) printRow(devices, joinCosine, 0.9);
  for (const mergeCosine of [0.85, 0.95]) printRow(devices, 0.7, mergeCosine);
}

function measure(devices, joinCosine, mergeCosine) {
  const config = createFederationConfig({ joinCosine, mergeCosine });
  const published = [];
  const found = [];
  const cosines = [];
  for (const seed of SEEDS) {
    for (const titles of tastes.titlesByGenre()) {
      const random = tastes.createRandom(seed);
      const groups = tastes.drawTastes(titles, TASTES, random);
      const patterns = fold(devices, groups, config, random);
      published.push(patterns.length);
      const nearest = groups.map((group) => findNearest(group, patterns));
      cosines.push(...nearest.map(({ similarity }) => similarity));
      found.push(new Set(nearest.map(({ index }) => index)).size / TASTES);
    }
  }
  return { published, found, cosines };
}

function fold(devices, groups, config, random) {
  const keys = { drawKey: () => '', tagDevice: (_, deviceId) => deviceId };
  const embeddings = Array.from({ length: devices }, (_, device) =>
    tastes.learnPattern(groups[device % TASTES], random),
  );
  let state = emptyFederation();
  for (let push = 0; push < PUSHES; push += 1) {
    const contributions = tastes.sample([...embeddings.keys()], devices, random).map((device) => ({
      deviceId: `tv-${device}`,
      genre: 'drama',
      embedding: embeddings[device],
      successRate: 0.9,
      newSamples: 10,
      receivedAtMs: 0,
    }));
    state = contribute(state, contributions, keys, config).state;
    state = publish(state, 0, config).state;
  }
  return state.published.patterns;
}

function findNearest(group, patterns) {
  const centre = tastes.mean(group.map(({ embedding }) => embedding));
  const similarities = patterns.map(({ embedding }) => tastes.cosine(embedding, centre));
  const similarity = Math.max(0, ...similarities);
  return { similarity, index: similarities.indexOf(similarity) };
}

function printRow(devices, joinCosine, mergeCosine) {
  const { published, found, cosines } = measure(devices, joinCosine, mergeCosine);
  const average = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const figures = [
    String(devices).padStart(3),
    joinCosine.toFixed(2),
    mergeCosine.toFixed(2).padStart(5),
    average(published).toFixed(1).padStart(18),
    `${(100 * average(found)).toFixed(0)} %`.padStart(13),
    average(cosines).toFixed(3).padStart(21),
    `(${tastes.quantile(cosines, 0.05).toFixed(3)})`,
  ];
  console.log(figures.join(' '));
}
