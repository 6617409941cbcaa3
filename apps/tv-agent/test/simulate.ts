import { loadCatalogue, type Title } from '@omega-tv/catalogue';
import { learn, LEARNER_DEFAULTS, type LearnerConfig } from '../src/learner/learn.js';
import type { LearnedPattern } from '../src/learner/pattern.js';
import { createRandom } from '@omega-tv/seeded-random';
import { createViewer, PERSONAS, type Viewer, type Viewing } from '@omega-tv/simulated-viewers';

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
