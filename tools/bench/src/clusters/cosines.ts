// Cosines between real embeddings, which the thresholds of the clusters start from:
//   node packages/federation/bench/cosines.mjs
import * as tastes from './tastes.mjs';
import { cosine, mean, quantile, sample } from './tastes.mjs';

const TASTES_PER_GENRE = 3;
const DEVICES_PER_TASTE = 12;
const PAIRS = 300;

const random = tastes.createRandom(7);
const rows = new Map();
for (const titles of tastes.titlesByGenre()) {
  measureTitles(titles);
  measureTastes(titles);
}
console.log(`${''.padEnd(45)}   5 %  50 %  95 %`);
for (const [name, values] of rows) {
  const figures = [0.05, 0.5, 0.95].map((q) => quantile(values, q).toFixed(2).padStart(5));
  console.log(`${name.padEnd(45)} ${figures.join(' ')}`);
}

function measureTitles(titles) {
  for (let i = 0; i < PAIRS; i += 1) {
    const [a, b] = sample(titles, 2, random);
    add('two titles of one genre', a.embedding, b.embedding);
    const patterns = [tastes.learnPattern(titles, random), tastes.learnPattern(titles, random)];
    add('patterns of any 5 titles of one genre', ...patterns);
  }
}

function measureTastes(titles) {
  const groups = tastes.drawTastes(titles, TASTES_PER_GENRE, random).map((liked) => {
    const patterns = Array.from({ length: DEVICES_PER_TASTE }, () =>
      tastes.learnPattern(liked, random),
    );
    return { patterns, centre: mean(patterns) };
  });
  groups.forEach(({ patterns, centre }, i) => {
    patterns.forEach((pattern, j) => {
      for (const other of patterns.slice(j + 1)) add('two patterns of one taste', pattern, other);
      add('pattern and the centre of its taste', pattern, centre);
    });
    for (const other of groups.slice(i + 1)) {
      patterns.forEach((pattern, j) => {
        add('patterns of two tastes of one genre', pattern, other.patterns[j]);
        add('pattern and the centre of another taste', pattern, other.centre);
      });
      add('centres of two tastes of one genre', centre, other.centre);
    }
  });
}

function add(name, a, b) {
  rows.set(name, [...(rows.get(name) ?? []), cosine(a, b)]);
}
