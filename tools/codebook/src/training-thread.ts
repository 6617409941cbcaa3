import { answerFromThread } from '@omega-tv/command-line';
import { trainCodebook, type TrainingOptions } from './train-codebook.js';
import { readTrainingSet } from './training-sources.js';

export interface TrainingOrder {
  readonly sources: readonly string[];
  readonly options: TrainingOptions;
}

await answerFromThread(async ({ sources, options }: TrainingOrder, onStage) => {
  const set = await readTrainingSet(sources, options.space.dimension);
  return trainCodebook(set, options, onStage);
});
