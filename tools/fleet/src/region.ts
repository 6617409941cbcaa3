import type { SyncError, SyncWindow } from '@omega-tv/types';
import { Cdn, KEPT_VERSIONS } from './cdn.js';
import type { Site } from './site.js';
import { emptyTally, type Tally } from './tally.js';
import type { UnitCosts } from './unit-costs.js';

/** What a TV brings to an exchange. */
export interface Asking {
  /** TVs that do the same at the same time. */
  readonly count: number;
  /** Patterns of each that wait. */
  readonly patterns: number;
  /** Whether each has met this server. */
  readonly isMet: boolean;
  /** The version that each holds; 0 for none. */
  readonly held: number;
  /** The newest version. */
  readonly newest: number;
}

/** How far an exchange came. */
export interface Asked {
  /** Patterns that were acknowledged. */
  readonly acknowledged: number;
  readonly isMet: boolean;
  /** Why it failed. */
  readonly failure?: SyncError;
  /** Of the last answer to a push; a question for the number alone brings none. */
  readonly window?: SyncWindow;
}

/** Bytes that a TV puts in one body. */
const BODY_BYTES = 4096;

/**
 * A region's servers and caches, and the requests that an exchange of the product's client makes of
 * them where snapshots are fetched by version.
 */
export class Region {
  readonly tally: Tally = emptyTally();
  readonly #cdn: Cdn;

  constructor(
    readonly site: Site,
    private readonly costs: UnitCosts,
    places: number,
  ) {
    this.#cdn = new Cdn(places);
  }

  exchange(asking: Asking): Asked {
    const asked = this.#exchange(asking);
    const { count } = asking;
    if (asked.failure === undefined) this.tally.exchanges += count;
    else this.tally.failures += count;
    return asked;
  }

  flushCdn(): void {
    this.#cdn.flush();
  }

  /** A version was published. */
  published(newest: number): void {
    this.#cdn.drop(newest - KEPT_VERSIONS);
  }

  #exchange({ count, patterns, isMet, held, newest }: Asking): Asked {
    if (patterns === 0) {
      // Nothing to say: the number is asked for, and then who gives it, before it is fetched.
      const failure = this.#poll(count) ?? (newest === held ? undefined : this.#push(count, 0));
      if (failure !== undefined) return { acknowledged: 0, isMet, failure };
      const fetched = this.#fetch(count, held, newest);
      if (newest === held) return { acknowledged: 0, isMet };
      return { acknowledged: 0, isMet: true, ...this.#told(), ...fetched };
    }
    const unmet = isMet ? undefined : this.#push(count, 0);
    if (unmet !== undefined) return { acknowledged: 0, isMet, failure: unmet };
    const failure = this.#push(count, patterns);
    if (failure !== undefined) return { acknowledged: 0, isMet: true, failure };
    const fetched = this.#fetch(count, held, newest);
    return { acknowledged: patterns, isMet: true, ...this.#told(), ...fetched };
  }

  #told(): Pick<Asked, 'window'> {
    const { window } = this.site;
    return window === undefined ? {} : { window };
  }

  #poll(count: number): SyncError | undefined {
    const failure = this.site.ask(count, this.costs.pollMs, false);
    if (failure !== undefined) return failure;
    this.tally.polls += count;
    this.tally.bytesDown += count * this.costs.exchange.versionDown;
    return undefined;
  }

  #push(count: number, patterns: number): SyncError | undefined {
    const { emptyPushMs, patternMs, exchange } = this.costs;
    const patternsBytes = patterns * this.#patternBytes(patterns);
    const bodies = Math.ceil((exchange.pushUp + patternsBytes) / BODY_BYTES);
    const costMs = emptyPushMs + (patterns * patternMs) / bodies;
    const failure = this.site.ask(count * bodies, costMs, true);
    const { tally } = this;
    if (failure !== undefined) {
      if (this.site.filled >= 1) tally.shed += count;
      return failure;
    }
    tally.pushes += count * bodies;
    tally.patterns += count * patterns;
    tally.bytesUp += count * (bodies * exchange.pushUp + patternsBytes);
    tally.bytesDown += count * bodies * exchange.pushDown;
    return undefined;
  }

  /** The more there are, the coarser each is coded: from those of two on to those of ten. */
  #patternBytes(patterns: number): number {
    const { patternUp, patternOfTenUp } = this.costs.exchange;
    const share = Math.min(1, Math.max(0, (patterns - 2) / (10 - 2)));
    return patternUp + share * (patternOfTenUp - patternUp);
  }

  #fetch(count: number, held: number, newest: number): { readonly failure?: SyncError } {
    if (newest === held || newest === 0) return {};
    const { pollMs, exchange } = this.costs;
    const behind = newest - held;
    const isWhole = held === 0 || behind >= KEPT_VERSIONS;
    const bytes = isWhole
      ? exchange.snapshotBytes
      : Math.min(exchange.snapshotBytes, behind * exchange.diffBytes);
    const origin = this.#cdn.fetch(newest, isWhole ? 0 : behind, count);
    const failure = this.site.ask(origin, pollMs, false);
    if (failure !== undefined) return { failure };
    this.tally.fetches += count;
    this.tally.originFetches += origin;
    this.tally.originBytes += origin * bytes;
    this.tally.cdnBytes += count * bytes;
    return {};
  }
}
