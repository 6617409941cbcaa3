import { loadCatalogue } from './catalogue.js';
import { dot } from './dot.js';

/** Tastes that are no more alike than this stay clusters of their own. */
const APART = 0.7;

/** Embeddings of so many titles, drawn so that a server keeps a cluster for each. */
export function drawTastes(
  count: number,
  random: { readonly next: () => number },
): readonly Float32Array[] {
  const titles = loadCatalogue();
  const tastes: Float32Array[] = [];
  while (tastes.length < count) {
    const title = titles[Math.floor(random.next() * titles.length)]?.embedding;
    if (title && tastes.every((taste) => dot(taste, title) < APART)) tastes.push(title);
  }
  return tastes;
}
