import { loadCatalogue } from '@omega-tv/catalogue';

const MIN_TITLES = 40;
const TASTE_TITLES = 12;
const PATTERN_TITLES = 5;

/** The catalogue's titles by their main genre; small genres left out. */
export function titlesByGenre() {
  const groups = new Map();
  for (const title of loadCatalogue()) {
    groups.set(title.genres[0], [...(groups.get(title.genres[0]) ?? []), title]);
  }
  return [...groups.values()].filter((titles) => titles.length >= MIN_TITLES);
}

/** A taste: a title drawn by chance and the 11 most like it; no title has two tastes. */
export function drawTastes(titles, count, random) {
  let rest = [...titles];
  return Array.from({ length: count }, () => {
    const [seed] = sample(rest, 1, random);
    rest.sort((a, b) => cosine(b.embedding, seed.embedding) - cosine(a.embedding, seed.embedding));
    const liked = rest.slice(0, TASTE_TITLES);
    rest = rest.slice(TASTE_TITLES);
    return liked;
  });
}

/** What a TV learns of a taste: the mean of five titles drawn from it. */
export function learnPattern(titles, random) {
  return mean(sample(titles, PATTERN_TITLES, random).map(({ embedding }) => embedding));
}

export function mean(vectors) {
  const sum = new Float32Array(vectors[0].length);
  for (const vector of vectors) vector.forEach((value, i) => (sum[i] += value / vectors.length));
  return sum;
}

export function cosine(a, b) {
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i += 1) {
    ab += a[i] * b[i];
    aa += a[i] * a[i];
    bb += b[i] * b[i];
  }
  return ab / Math.sqrt(aa * bb);
}

export function sample(items, count, random) {
  const rest = [...items];
  return Array.from({ length: count }, () => rest.splice(Math.floor(random() * rest.length), 1)[0]);
}

export function quantile(values, q) {
  return [...values].sort((a, b) => a - b)[Math.floor(q * values.length)] ?? NaN;
}

/** mulberry32: the same numbers at every run. */
export function createRandom(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
