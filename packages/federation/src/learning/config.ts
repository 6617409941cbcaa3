import { SyncError } from '@omega-tv/types';

const DAY_MS = 24 * 60 * 60 * 1000;

/** How completions become title factors. */
export interface LearningConfig {
  /**
   * k: nothing is published or changed that fewer distinct devices contributed to. Default 10.
   * 1 is for tests only: it protects no one.
   */
  readonly minDevices: number;
  /** Milliseconds after which what was learned weighs half. Default 30 days. */
  readonly halfLifeMs: number;
  /** The same for the trends of titles. Default 1 day. */
  readonly trendHalfLifeMs: number;
  /** The most that decay advances at once, as in `FederationConfig`. Default 2 days. */
  readonly maxClockStepMs: number;
  /** Titles with published factors; the least completed gives way. Default 2,000. */
  readonly maxTitles: number;
  /** Titles that wait for k devices; what the fewest stand behind gives way. Default 2,000. */
  readonly maxWaitingTitles: number;
  /** Completions of one device that count in a day (UTC, fold time). Default 24. */
  readonly maxCompletionsPerDay: number;
  /**
   * The longest that viewer factors may be, in the whitened norm: an honest viewer's are about
   * sqrt(32) = 5.7 long. Longer ones are cut. Default 12.
   */
  readonly maxViewerNorm: number;
}

const DEFAULTS: LearningConfig = {
  minDevices: 10,
  halfLifeMs: 30 * DAY_MS,
  trendHalfLifeMs: DAY_MS,
  maxClockStepMs: 2 * DAY_MS,
  maxTitles: 2000,
  maxWaitingTitles: 2000,
  maxCompletionsPerDay: 24,
  maxViewerNorm: 12,
};

/**
 * Fills in the defaults.
 * @throws SyncError `invalid-config` with the field that cannot work.
 * @example
 * ```ts
 * import { createLearningConfig } from '@omega-tv/federation';
 *
 * const { minDevices, maxTitles } = createLearningConfig({ minDevices: 25 });
 * console.log(minDevices, maxTitles); // => 25 2000
 * ```
 */
export function createLearningConfig(options: Partial<LearningConfig> = {}): LearningConfig {
  const config = { ...DEFAULTS, ...options };
  for (const field of Object.keys(DEFAULTS) as (keyof LearningConfig)[]) {
    if (Number.isSafeInteger(config[field]) && config[field] >= 1) continue;
    const message = `${field} is ${String(config[field])}, but must be a whole number of at least 1`;
    throw new SyncError('invalid-config', message, { field });
  }
  return config;
}
