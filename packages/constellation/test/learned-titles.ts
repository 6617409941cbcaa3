import { publishTitles, type TitleList } from '@omega-tv/compression';
import { createLearningConfig, emptyLearning, foldCompletions } from '@omega-tv/federation';
import { createCohortKeys, type Checkpoint } from '../src/index.js';

/** What a server holds of titles, after three devices completed one and two another. */
export function learnedTitles(): Pick<Checkpoint, 'learning'> & { readonly titles: TitleList } {
  const completions = [3, 2].flatMap((devices, title) =>
    Array.from({ length: devices }, (_, i) => ({
      deviceId: `tv-${i}`,
      contentId: `imdb:tt${title}`,
      factors: { generation: 0, coordinates: new Float64Array(32).fill(0.5) },
      receivedAtMs: 1_000_000,
    })),
  );
  const learningConfig = createLearningConfig({ minDevices: 3 });
  const keys = createCohortKeys();
  const empty = emptyLearning();
  const { state } = foldCompletions(empty, completions, () => undefined, keys, learningConfig);
  const titles = publishTitles(undefined, {
    generation: 1,
    weights: new Float64Array(32).fill(1),
    titles: [{ contentId: 'imdb:tt0', count: 3, coordinates: new Float64Array(32).fill(0.5) }],
    meanViewers: [],
    scoring: 0,
  });
  return { learning: state, titles };
}
