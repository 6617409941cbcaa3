/** What was asked and sent, in TVs and bytes; all of it adds up. */
export interface Tally {
  /** Exchanges that ended well, and that did not. */
  exchanges: number;
  failures: number;
  /** Of these, pushes that were sent away for want of room. */
  shed: number;
  /** Questions for the newest version's number. */
  polls: number;
  /** Pushes, with patterns or without. */
  pushes: number;
  patterns: number;
  /** Published versions fetched, and how often the origin was asked for one. */
  fetches: number;
  originFetches: number;
  /** Bodies, without what the CDN sends. */
  bytesUp: number;
  bytesDown: number;
  cdnBytes: number;
  /** What the CDN fetches. */
  originBytes: number;
}

/** What came after `before`. */
export function tallySince(now: Tally, before: Tally): Tally {
  return mapTally((name) => now[name] - before[name]);
}

export function sumTallies(tallies: readonly Tally[]): Tally {
  return mapTally((name) => tallies.reduce((sum, one) => sum + one[name], 0));
}

function mapTally(valueOf: (name: keyof Tally) => number): Tally {
  const made = emptyTally();
  for (const name of Object.keys(made) as (keyof Tally)[]) made[name] = valueOf(name);
  return made;
}

export function emptyTally(): Tally {
  return {
    ...{ exchanges: 0, failures: 0, shed: 0, polls: 0, pushes: 0, patterns: 0 },
    ...{ fetches: 0, originFetches: 0, bytesUp: 0, bytesDown: 0, cdnBytes: 0, originBytes: 0 },
  };
}
