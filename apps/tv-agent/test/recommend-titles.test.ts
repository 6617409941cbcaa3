import { describe, expect, it } from '@jest/globals';
import { dot, loadCatalogue, type Title } from '@omega-tv/catalogue';
import { recommendTitles } from '../src/recommender/recommend-titles.js';

const LENGTH = 10;
const catalogue = loadCatalogue();
const [seed] = catalogue;

/** The seed and the titles most like it come first, then the ones least like it, hardly behind. */
const byLikeness = [...catalogue].sort(
  (a, b) => dot(b.embedding, seed!.embedding) - dot(a.embedding, seed!.embedding),
);
const ordered = [...byLikeness.slice(0, LENGTH), ...byLikeness.slice(LENGTH).reverse()];
const ranked = ordered.map(({ id }, rank) => ({
  contentId: id,
  score: 2 - rank / catalogue.length,
  isCounted: true,
}));

function likenessOf(titles: readonly Title[]): number {
  let [sum, pairs] = [0, 0];
  titles.forEach((one, i) => {
    for (const other of titles.slice(0, i)) {
      sum += dot(one.embedding, other.embedding);
      pairs += 1;
    }
  });
  return sum / pairs;
}

describe('a list by what the fleet learned of titles', () => {
  const list = recommendTitles({
    catalogue,
    ranked,
    reasonsFor: () => [],
    byPatterns: [],
    history: [{ titleId: ordered[1]!.id }],
    count: LENGTH,
  }).map(({ title }) => title);

  it('begins with the likeliest, and is not ten times the same', () => {
    expect(list).toHaveLength(LENGTH);
    expect(list[0]).toBe(ordered[0]);
    const plain = ordered.filter((_, rank) => rank !== 1).slice(0, LENGTH);
    expect(likenessOf(list)).toBeLessThan(likenessOf(plain) - 0.1);
  });

  it('has nothing that was watched', () => {
    expect(list).not.toContain(ordered[1]);
  });

  it('stays among the titles that stand highest', () => {
    const places = list.map((title) => ordered.indexOf(title));
    expect(Math.max(...places)).toBeLessThanOrEqual(3 * LENGTH);
  });
});
