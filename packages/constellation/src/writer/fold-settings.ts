import { isDeepStrictEqual } from 'node:util';
import type { FederationConfig, LearningConfig } from '@omega-tv/federation';

/** What deltas are folded with. It stands in the log: a replay folds as the server did then. */
export interface FoldSettings {
  readonly federation: FederationConfig;
  readonly learning: LearningConfig;
  /** Of TVs whose deltas do not say where they are. */
  readonly region?: string;
  /** Deltas are decided and counted here, and learned by whoever reads this log. */
  readonly learnedElsewhere?: true;
}

export function sameSettings(a: FoldSettings | undefined, b: FoldSettings): boolean {
  return isDeepStrictEqual(a, b);
}
