import { cosineSimilarity } from '@omega-tv/embedding-codec';
import { loadCatalogue, type Title } from '@omega-tv/catalogue';
import { toUnit } from './attack.js';

/** Titles that a taste is made of, and those that one pattern of it is the mean of. */
const LIKED = 12;
const WATCHED = 5;

/** Dramas: a genre with several tastes in it. */
export const dramas: readonly Title[] = loadCatalogue().filter(
  ({ genres }) => genres[0] === 'drama',
);

/** Seeds of tastes far from one another: each is the title least like those before. */
export function farSeeds(count: number): readonly Title[] {
  const seeds = dramas.slice(0, 1);
  while (seeds.length < count) {
    const likeness = ({ embedding }: Title): number =>
      seeds.reduce((most, seed) => Math.max(most, cosineSimilarity(seed.embedding, embedding)), -1);
    seeds.push(
      dramas.reduce((least, title) => (likeness(title) < likeness(least) ? title : least)),
    );
  }
  return seeds;
}

/** Patterns of devices of one taste, means of five of the 12 titles most like a seed. */
export function patternsOf(
  seed: Title,
  count: number,
  random: { next(): number },
): readonly Float32Array[] {
  const liked = [...dramas]
    .sort(
      (a, b) =>
        cosineSimilarity(b.embedding, seed.embedding) -
        cosineSimilarity(a.embedding, seed.embedding),
    )
    .slice(0, LIKED);
  return Array.from({ length: count }, () => {
    const left = [...liked];
    const watched = Array.from({ length: WATCHED }, () => {
      const [title] = left.splice(Math.floor(random.next() * left.length), 1);
      return title?.embedding ?? new Float32Array(384);
    });
    return meanOf(watched);
  });
}

export function meanOf(vectors: readonly Float32Array[]): Float32Array {
  const sum = new Float32Array(384);
  for (const vector of vectors) vector.forEach((value, i) => (sum[i] = (sum[i] ?? 0) + value));
  return toUnit(sum);
}
