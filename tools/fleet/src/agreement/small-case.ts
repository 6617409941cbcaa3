import { assume } from '../assumptions.js';
import { ONE_COUNTRY } from '../countries.js';
import { MINUTE_S, type Scenario } from '../scenarios.js';

/** TVs that are switched on together, and lose their server for half an hour. */
export const SMALL_CASE: Scenario = {
  name: 'agreement',
  title: 'new TVs, and an outage of half an hour',
  countries: ONE_COUNTRY,
  startHourUtc: 0,
  warmUpS: 0,
  endS: 150 * MINUTE_S,
  events: [
    { kind: 'servers', atS: 45 * MINUTE_S, trouble: 'down' },
    { kind: 'servers', atS: 75 * MINUTE_S, trouble: 'none' },
  ],
  overAtS: 75 * MINUTE_S,
};

/** All TVs are on all the time; a cache in one place; few patterns, since each is coded for real. */
export const SMALL_ASSUMPTIONS = assume({
  ...{ onNight: 1, onDay: 1, onEvening: 1 },
  ...{ learningPart: 0.15, tenPatternsPart: 0, cdnPops: 1 },
});

/** What both are compared by. */
export interface AgreementFigures {
  readonly sums: Readonly<
    Record<
      | 'exchanges'
      | 'failures'
      | 'polls'
      | 'pushes'
      | 'patterns'
      | 'fetches'
      | 'originFetches'
      | 'bytesUp'
      | 'bytesDown',
      number
    >
  >;
  /** Seconds. */
  readonly p99: { readonly stalenessS: number; readonly backS: number };
}
