import { createRandom } from '@omega-tv/seeded-random';
import type { RandomSource } from '@omega-tv/types';
import type { Split } from './trials.js';
import type { Like } from './viewers.js';

/** Exchanges tried for a title that a viewer was dealt twice. */
const MOST_TRIES = 1000;

/** The split with its learning viewers' titles shuffled; those who are asked stay as they are. */
export function shuffledSplit(split: Split): Split {
  return { ...split, learning: shuffleLikes(split.learning, createRandom('shuffle', split.index)) };
}

/**
 * Deals what viewers completed out among them anew: every viewer completes as many titles at the
 * same instants, every title is completed by as many viewers, and nothing else of who completed what
 * is left. What is learned from it can be no more than popularity.
 */
export function shuffleLikes(
  viewers: readonly (readonly Like[])[],
  random: RandomSource,
): readonly (readonly Like[])[] {
  const titles = viewers.flatMap((likes) => likes.map(({ title }) => title));
  const owners = viewers.flatMap((likes, viewer) => likes.map(() => viewer));
  for (let at = titles.length - 1; at > 0; at -= 1) {
    exchange(titles, at, Math.floor(random.next() * (at + 1)));
  }
  dealDoublesAgain(titles, owners, random);
  let at = 0;
  return viewers.map((likes) =>
    likes.map(({ time }) => {
      const title = titles[at] ?? 0;
      at += 1;
      return { title, time };
    }),
  );
}

/** Exchanges what a viewer has twice with a title of another one, where both then have it once. */
function dealDoublesAgain(titles: number[], owners: readonly number[], random: RandomSource): void {
  const copies = new Copies();
  titles.forEach((title, at) => {
    copies.add(owners[at], title, 1);
  });
  titles.forEach((_, at) => {
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      const [owner, title] = [owners[at], titles[at]];
      if (copies.of(owner, title) < 2) return;
      const other = Math.floor(random.next() * titles.length);
      const [otherOwner, otherTitle] = [owners[other], titles[other]];
      if (copies.of(owner, otherTitle) + copies.of(otherOwner, title) > 0) continue;
      exchange(titles, at, other);
      copies.add(owner, title, -1);
      copies.add(otherOwner, otherTitle, -1);
      copies.add(owner, otherTitle, 1);
      copies.add(otherOwner, title, 1);
    }
  });
}

/** How often each viewer has each title. */
class Copies {
  readonly #counts = new Map<string, number>();

  of(viewer = 0, title = 0): number {
    return this.#counts.get(`${viewer} ${title}`) ?? 0;
  }

  add(viewer = 0, title = 0, count: number): void {
    this.#counts.set(`${viewer} ${title}`, this.of(viewer, title) + count);
  }
}

function exchange(values: number[], a: number, b: number): void {
  [values[a], values[b]] = [values[b] ?? 0, values[a] ?? 0];
}
