import { loadCatalogue } from '@omega-tv/catalogue';
import { describe, expect, it } from '@jest/globals';
import { PERSONAS } from '../src/persona.js';
import { createViewer, type Viewer } from '../src/viewer.js';
import { watchEvenings } from '../src/watch-evenings.js';

const catalogue = loadCatalogue();

const keywords = new Set(catalogue.flatMap((title) => title.keywords));
const mainGenres = new Set(catalogue.map((title) => title.genres[0]));

describe('a simulated viewer', () => {
  it('does the same again for the same seed, and something else for another', () => {
    const [a, b, c] = [1, 1, 2].map((seed) =>
      watchEvenings(createViewer({ catalogue, seed }), 0, 20),
    );
    expect(a).toEqual(b);
    expect(a).not.toEqual(c);
  });

  it('goes on after a restart without replaying', () => {
    const whole = watchEvenings(createViewer({ catalogue, seed: 7 }), 0, 12);
    const before = watchEvenings(createViewer({ catalogue, seed: 7 }), 0, 6);
    const seen = new Set(before.map(({ titleId }) => titleId));
    const after = watchEvenings(createViewer({ catalogue, seed: 7 }), 6, 12, seen);
    expect([...before, ...after]).toEqual(whole);
  });

  it('watches one to four new titles an evening and some part of each', () => {
    const viewer = createViewer({ catalogue, seed: 3 });
    const seen = new Set<string>();
    const lengths = new Set<number>();
    for (let number = 0; number < 60; number += 1) {
      const evening = viewer.watch({ number, offered: [], seen });
      lengths.add(evening.length);
      for (const { titleId, watchedFraction, completed } of evening) {
        expect(seen.has(titleId)).toBe(false);
        expect(watchedFraction).toBeGreaterThan(0);
        expect(watchedFraction).toBeLessThanOrEqual(1);
        expect(completed).toBe(watchedFraction >= 0.95);
        seen.add(titleId);
      }
    }
    expect([...lengths].sort()).toEqual([1, 2, 3, 4]);
  });

  it('finishes what it likes, and skips what it does not', () => {
    const finished = { liked: 0, unliked: 0 };
    const watched = { liked: 0, unliked: 0 };
    for (let seed = 0; seed < 20; seed += 1) {
      const viewer = createViewer({ catalogue, seed });
      for (const { titleId, completed } of watchEvenings(viewer, 0, 30)) {
        const kind = viewer.affinity(titleId) >= 0.5 ? 'liked' : 'unliked';
        watched[kind] += 1;
        finished[kind] += Number(completed);
      }
    }
    expect(finished.liked / watched.liked).toBeGreaterThan(0.8);
    expect(finished.unliked / watched.unliked).toBeLessThan(0.2);
  });

  it('takes offers that it likes, and hardly ever others', () => {
    const viewer = createViewer({ catalogue, seed: 11 });
    const sorted = [...catalogue].sort((a, b) => viewer.affinity(b.id) - viewer.affinity(a.id));
    const ids = sorted.map(({ id }) => id);
    const taken = (offered: readonly string[]) => {
      let count = 0;
      for (let number = 0; number < 50; number += 1) {
        const evening = viewer.watch({ number, offered, seen: new Set() });
        count += evening.filter(({ titleId }) => offered.includes(titleId)).length;
      }
      return count;
    };
    expect(taken(ids.slice(0, 10))).toBeGreaterThan(3 * taken(ids.slice(-10)));
  });

  it('has an affinity of 0 to 1 for every title, 1 for its anchors, and likes a tenth or so', () => {
    const liked: number[] = [];
    for (let seed = 0; seed < 20; seed += 1) {
      const viewer = createViewer({ catalogue, seed });
      const values = catalogue.map(({ id }) => viewer.affinity(id));
      expect(Math.min(...values)).toBe(0);
      expect(viewer.taste.anchors.map(({ id }) => viewer.affinity(id))).toEqual(
        viewer.taste.anchors.map(() => 1),
      );
      liked.push(values.filter((value) => value >= 0.5).length / values.length);
    }
    const mean = liked.reduce((sum, share) => sum + share, 0) / liked.length;
    expect(mean).toBeGreaterThan(0.08);
    expect(mean).toBeLessThan(0.25);
  });
});

describe('personas', () => {
  it('are told in words that the catalogue has', () => {
    expect(new Set(PERSONAS.map(({ name }) => name)).size).toBe(PERSONAS.length);
    for (const persona of PERSONAS) {
      expect(persona.keywords.filter((word) => !keywords.has(word))).toEqual([]);
      expect(
        [...persona.genres, ...persona.dislikes].filter((genre) => !mainGenres.has(genre)),
      ).toEqual([]);
    }
  });

  it('make viewers that are more like each other than like other personas', () => {
    const viewersOf = (name: string) => {
      const persona = PERSONAS.find((each) => each.name === name)!;
      return [1, 2, 3, 4].map((seed) => createViewer({ catalogue, seed, persona }));
    };
    const crime = viewersOf('night-detective');
    const family = viewersOf('family-sofa');
    const agreement = (a: Viewer, b: Viewer) =>
      catalogue.reduce((sum, { id }) => sum + Math.min(a.affinity(id), b.affinity(id)), 0);
    for (const viewer of crime) {
      for (const other of crime.filter((each) => each !== viewer)) {
        expect(agreement(viewer, other)).toBeLessThan(agreement(viewer, viewer));
        for (const stranger of family) {
          expect(agreement(viewer, other)).toBeGreaterThan(2 * agreement(viewer, stranger));
        }
      }
    }
  });
});
