import { cosineSimilarity } from '@omega-tv/embedding-codec';
import type { Title } from '@omega-tv/catalogue';
import { createRandom } from '@omega-tv/seeded-random';
import type { RandomSource } from '@omega-tv/types';
import { drawTastes, learnPattern, meanVector, quantile, sample, titlesByGenre } from './tastes.js';

const TASTES_PER_GENRE = 3;
const DEVICES_PER_TASTE = 12;
const PAIRS = 300;
const NAME_WIDTH = 45;

type Add = (name: string, a: Float32Array, b: Float32Array) => void;

/** Cosines between real embeddings, which the thresholds of the clusters start from. */
export function tabulateClusterCosines(): string {
  const random = createRandom('cluster cosines');
  const rows = new Map<string, number[]>();
  const add: Add = (name, a, b) => {
    const values = rows.get(name) ?? [];
    values.push(cosineSimilarity(a, b));
    rows.set(name, values);
  };
  for (const titles of titlesByGenre()) {
    addTitles(titles, random, add);
    addTastes(titles, random, add);
  }
  const lines = [...rows].map(([name, values]) => {
    const figures = [0.05, 0.5, 0.95].map((q) => quantile(values, q).toFixed(2).padStart(5));
    return `${name.padEnd(NAME_WIDTH)} ${figures.join(' ')}\n`;
  });
  return `${' '.repeat(NAME_WIDTH)}   5 %  50 %  95 %\n${lines.join('')}`;
}

function addTitles(titles: readonly Title[], random: RandomSource, add: Add): void {
  for (let i = 0; i < PAIRS; i += 1) {
    const [a, b] = sample(titles, 2, random);
    if (a !== undefined && b !== undefined) {
      add('two titles of one genre', a.embedding, b.embedding);
    }
    const [first, second] = [learnPattern(titles, random), learnPattern(titles, random)];
    add('patterns of any 5 titles of one genre', first, second);
  }
}

function addTastes(titles: readonly Title[], random: RandomSource, add: Add): void {
  const groups = drawTastes(titles, TASTES_PER_GENRE, random).map((liked) => {
    const patterns = Array.from({ length: DEVICES_PER_TASTE }, () => learnPattern(liked, random));
    return { patterns, centre: meanVector(patterns) };
  });
  groups.forEach(({ patterns, centre }, i) => {
    patterns.forEach((pattern, j) => {
      for (const other of patterns.slice(j + 1)) add('two patterns of one taste', pattern, other);
      add('pattern and the centre of its taste', pattern, centre);
    });
    for (const other of groups.slice(i + 1)) {
      patterns.forEach((pattern, j) => {
        const opposite = other.patterns[j];
        if (opposite !== undefined) add('patterns of two tastes of one genre', pattern, opposite);
        add('pattern and the centre of another taste', pattern, other.centre);
      });
      add('centres of two tastes of one genre', centre, other.centre);
    }
  });
}
