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
   * sqrt(32) = 5.7 long, and of 8,000 measured the longest was 7.5. Longer ones are cut. Default 8.
   */
  readonly maxViewerNorm: number;
  /**
   * How much of what a title's viewers have in common counts against its factors, 0 to 1, see
   * `titleSolver`: the bound on what devices reach that all report one viewer. Default 0.5.
   */
  readonly sharedMoment: number;
}

const DEFAULTS: LearningConfig = {
  minDevices: 10,
  halfLifeMs: 30 * DAY_MS,
  trendHalfLifeMs: DAY_MS,
  maxClockStepMs: 2 * DAY_MS,
  maxTitles: 2000,
  maxWaitingTitles: 2000,
  maxCompletionsPerDay: 24,
  maxViewerNorm: 8,
  sharedMoment: 0.5,
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
  const { sharedMoment } = config;
  if (!(sharedMoment >= 0 && sharedMoment <= 1)) {
    throw unfit('sharedMoment', sharedMoment, 'a number from 0 to 1');
  }
  for (const field of Object.keys(DEFAULTS) as (keyof LearningConfig)[]) {
    if (field === 'sharedMoment') continue;
    if (Number.isSafeInteger(config[field]) && config[field] >= 1) continue;
    throw unfit(field, config[field], 'a whole number of at least 1');
  }
  return config;
}

function unfit(field: keyof LearningConfig, value: unknown, expected: string): SyncError {
  const message = `${field} is ${String(value)}, but must be ${expected}`;
  return new SyncError('invalid-config', message, { field });
}
