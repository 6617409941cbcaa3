import type { Title } from '@omega-tv/catalogue';
import type { RandomSource } from '@omega-tv/types';
import { createRandom } from '@omega-tv/seeded-random';
import { cumulate, drawIndex, drawNormal } from './draw.js';
import type { Persona } from './persona.js';
import { titlePopularity } from './popularity.js';
import { affinities, createPersonaTaste, createRandomTaste, type Taste } from './taste.js';

/** What a TV sees of one choice. */
export interface Viewing {
  readonly titleId: string;
  /** 0 to 1. */
  readonly watchedFraction: number;
  /** Watched to the end, credits apart. */
  readonly completed: boolean;
}

interface Evening {
  /** Which evening of this viewer, from 0. */
  readonly number: number;
  /** Title ids that the TV recommends, the best first. */
  readonly offered: readonly string[];
  /** Title ids that were watched before and are not chosen again. */
  readonly seen: ReadonlySet<string>;
}

/** A simulated person in front of a TV. */
export interface Viewer {
  readonly taste: Taste;
  /** 0 to 1; 0 for an id that is not in the catalogue. */
  affinity(titleId: string): number;
  /**
   * What is watched this evening: one to four titles. Depends on the seed and on the argument
   * alone, so a restarted simulation goes on without replaying.
   */
  watch(evening: Evening): readonly Viewing[];
}

export interface ViewerOptions {
  readonly catalogue: readonly Title[];
  readonly seed: number | string;
  /** Without one, the taste is drawn freely. */
  readonly persona?: Persona;
}

const MAX_CHOICES = 4;
const TRUST_IN_OFFERS = 0.6;
const CURIOSITY = 0.03;
const MAX_DRAWS = 30;
const MOOD = 0.15;
const SKIPPED_BELOW = 0.25;
const COMPLETED_FROM = 0.5;

/** Creates a viewer; all that it does follows from the seed. */
export function createViewer({ catalogue, seed, persona }: ViewerOptions): Viewer {
  const random = createRandom(seed, 'taste');
  const taste =
    persona === undefined
      ? createRandomTaste('free', catalogue, random)
      : createPersonaTaste(persona, catalogue, random);
  const affinityAt = affinities(taste, catalogue);
  const popularity = titlePopularity(catalogue);
  const indexOf = new Map(catalogue.map(({ id }, index) => [id, index]));
  const affinity = (titleId: string) => affinityAt[indexOf.get(titleId) ?? -1] ?? 0;
  const pull = affinityAt.map((liking, at) => (CURIOSITY + liking ** 2) * (popularity[at] ?? 0));
  const pullSums = cumulate(pull);
  const browse = (evening: RandomSource, seen: ReadonlySet<string>): string => {
    let id = '';
    for (let draw = 0; draw < MAX_DRAWS && (draw === 0 || seen.has(id)); draw += 1) {
      id = catalogue[drawIndex(pullSums, evening)]?.id ?? '';
    }
    return id;
  };
  return {
    taste,
    affinity,
    watch({ number, offered, seen }) {
      const evening = createRandom(seed, 'evening', number);
      const choices = 1 + Math.floor(evening.next() * MAX_CHOICES);
      const known = new Set(seen);
      const viewings: Viewing[] = [];
      while (viewings.length < choices) {
        const titleId = chooseOffered(offered, known, affinity, evening) ?? browse(evening, known);
        known.add(titleId);
        viewings.push(watchTitle(titleId, affinity(titleId), evening));
      }
      return viewings;
    },
  };
}

/** Reads the offers from the top and takes the first that appeals (cascade model, Craswell 2008). */
function chooseOffered(
  offered: readonly string[],
  seen: ReadonlySet<string>,
  affinity: (titleId: string) => number,
  random: RandomSource,
): string | undefined {
  if (random.next() >= TRUST_IN_OFFERS) return undefined;
  return offered.find((id) => !seen.has(id) && random.next() < CURIOSITY + affinity(id));
}

function watchTitle(titleId: string, affinity: number, random: RandomSource): Viewing {
  const interest = affinity + MOOD * drawNormal(random);
  const share = random.next();
  if (interest < SKIPPED_BELOW) {
    return { titleId, watchedFraction: 0.01 + 0.14 * share, completed: false };
  }
  if (interest < COMPLETED_FROM) {
    return { titleId, watchedFraction: 0.15 + 0.7 * share, completed: false };
  }
  return { titleId, watchedFraction: 0.95 + 0.05 * share, completed: true };
}
