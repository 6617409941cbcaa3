import { answerFromThread } from '@omega-tv/command-line';
import { createRandom } from '@omega-tv/seeded-random';
import { fuzz, FuzzFailure, type FuzzResult } from './fuzz.js';
import { createTargets } from './targets.js';

export interface FuzzOrder {
  readonly runs: number;
  readonly seed: number;
  /** One decoder only. */
  readonly target?: string;
}

/** A decoder, when it begins and with its result when it is done. */
export interface FuzzStage {
  readonly name: string;
  readonly result?: FuzzResult;
}

export interface FuzzOutcome {
  /** What made a decoder fail. */
  readonly failure?: string;
}

await answerFromThread(run);

function run(
  { runs, seed, target: only }: FuzzOrder,
  tell: (stage: FuzzStage) => void,
): FuzzOutcome {
  const targets = createTargets(createRandom('fuzz', seed));
  try {
    for (const target of targets) {
      const { name } = target;
      if (only !== undefined && name !== only) continue;
      tell({ name });
      tell({ name, result: fuzz(target, runs) });
    }
    return {};
  } catch (error) {
    if (error instanceof FuzzFailure) return { failure: error.message };
    throw error;
  }
}
