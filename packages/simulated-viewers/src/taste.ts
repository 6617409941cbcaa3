import { dot, type Title } from '@omega-tv/catalogue';
import type { RandomSource } from '@omega-tv/types';
import { drawWeighted } from './draw.js';
import type { Persona } from './persona.js';

/** What a simulated viewer likes: places in the catalogue, and genres. */
export interface Taste {
  readonly name: string;
  /** Titles whose neighbours this viewer likes. */
  readonly anchors: readonly Title[];
  readonly likes: ReadonlySet<string>;
  readonly dislikes: ReadonlySet<string>;
}

const PERSONA_ANCHORS = 3;
const KEYWORD_WEIGHT = 4;
/**
 * Liking begins and ends at these closenesses. Of the catalogue's cosines half lie below 0.20; a
 * title's 30th neighbour lies at 0.38, its 10th at 0.42 (medians).
 */
const INDIFFERENT_CLOSENESS = 0.22;
const LOVED_CLOSENESS = 0.48;
const MAIN_GENRE_LIFT = 0.08;
const OTHER_GENRE_LIFT = 0.03;
const DISLIKE_PENALTY = 0.15;

/** A taste of two or three regions of the catalogue, and two or three genres never watched. */
export function createRandomTaste(
  name: string,
  catalogue: readonly Title[],
  random: RandomSource,
): Taste {
  const count = 2 + Math.floor(random.next() * 2);
  const anchors = drawWeighted(catalogue, () => 1, count, random);
  const genres = new Set(catalogue.map((title) => title.genres[0]));
  const known = new Set(anchors.flatMap((anchor) => anchor.genres));
  const strange = [...genres].filter((genre) => !known.has(genre));
  return {
    name,
    anchors,
    likes: new Set(anchors.map((anchor) => anchor.genres[0])),
    dislikes: new Set(drawWeighted(strange, () => 1, 2 + Math.floor(random.next() * 2), random)),
  };
}

/** A taste of this persona: viewers of one persona are alike, and no two are the same. */
export function createPersonaTaste(
  persona: Persona,
  catalogue: readonly Title[],
  random: RandomSource,
): Taste {
  const titles = catalogue.filter((title) => persona.genres.includes(title.genres[0]));
  const weight = (title: Title) =>
    1 + KEYWORD_WEIGHT * title.keywords.filter((word) => persona.keywords.includes(word)).length;
  return {
    name: persona.name,
    anchors: drawWeighted(titles, weight, PERSONA_ANCHORS, random),
    likes: new Set(persona.genres),
    dislikes: new Set(persona.dislikes),
  };
}

/** How much this taste likes each title, 0 (never) to 1, in the catalogue's order. */
export function affinities(taste: Taste, catalogue: readonly Title[]): Float32Array {
  return Float32Array.from(catalogue, (title) => affinity(taste, title));
}

function affinity(taste: Taste, title: Title): number {
  let closeness = -1;
  for (const anchor of taste.anchors) {
    closeness = Math.max(closeness, dot(anchor.embedding, title.embedding));
  }
  if (taste.likes.has(title.genres[0])) closeness += MAIN_GENRE_LIFT;
  else if (title.genres.some((genre) => taste.likes.has(genre))) closeness += OTHER_GENRE_LIFT;
  if (title.genres.some((genre) => taste.dislikes.has(genre))) closeness -= DISLIKE_PENALTY;
  const share = (closeness - INDIFFERENT_CLOSENESS) / (LOVED_CLOSENESS - INDIFFERENT_CLOSENESS);
  return Math.min(1, Math.max(0, share));
}
