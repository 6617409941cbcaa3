import { loadCatalogue, type Title } from '@omega-tv/catalogue';
import { learn, LEARNER_DEFAULTS, type LearnerConfig } from '../src/learner/learn.js';
import type { LearnedPattern } from '../src/learner/pattern.js';
import { createRandom } from '@omega-tv/seeded-random';
import { PERSONAS } from '../src/viewer/persona.js';
import { createViewer, type Viewer, type Viewing } from '../src/viewer/viewer.js';

export const catalogue = loadCatalogue();
const titleById = new Map(catalogue.map((title) => [title.id, title]));

export function findTitle(id: string): Title {
  const title = titleById.get(id);
  if (title === undefined) throw new Error(`no title ${id}`);
  return title;
}

export function createPersonaViewer(index: number, seed: number | string): Viewer {
  const persona = PERSONAS[index % PERSONAS.length];
  if (persona === undefined) throw new Error(`no persona ${index}`);
  return createViewer({ catalogue, seed, persona });
}

/** What the viewer watches when it chooses alone, from one evening up to before another. */
export function watchEvenings(viewer: Viewer, from: number, to: number, seen = new Set<string>()) {
  const viewings: Viewing[] = [];
  for (let number = from; number < to; number += 1) {
    const evening = viewer.watch({ number, offered: [], seen });
    for (const { titleId } of evening) seen.add(titleId);
    viewings.push(...evening);
  }
  return viewings;
}

export function learnAll(
  viewings: readonly Pick<Viewing, 'titleId' | 'completed'>[],
  config: LearnerConfig = LEARNER_DEFAULTS,
): readonly LearnedPattern[] {
  const random = createRandom('learner test');
  const patterns = new Map<string, LearnedPattern>();
  for (const { titleId, completed } of viewings) {
    const { embedding, genres } = findTitle(titleId);
    const sample = { embedding, genre: genres[0], completed };
    const { pattern } = learn([...patterns.values()], sample, random, config);
    patterns.set(pattern.id, pattern);
  }
  return [...patterns.values()];
}
