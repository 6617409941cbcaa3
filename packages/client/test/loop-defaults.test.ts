import { TestScheduler } from 'rxjs/testing';
import { describe, expect, it } from '@jest/globals';
import { SyncError } from '@omega-tv/types';
import { createSyncLoop } from '../src/index.js';
import { nothingMoved } from '../src/exchange/results.js';

const DAY_MS = 86_400_000;
/** The least and, but for one part in a million, the most that a source of chance gives. */
const EXTREMES = [0, 1 - 1e-6] as const;

/** What each exchange does: succeeds, or fails with this. */
type Outcome = 'success' | SyncError;

/** The waits of a loop with no settings of its own, in ms; the first is before all exchanges. */
function waitsOf(outcomes: readonly Outcome[], chance: number): readonly number[] {
  const waits: number[] = [];
  const scheduler = new TestScheduler(() => undefined);
  scheduler.run(({ cold }) => {
    let exchanges = 0;
    const loop = createSyncLoop({
      scheduler,
      random: { next: () => chance },
      exchange: () => {
        const outcome = outcomes[exchanges++];
        if (outcome === 'success') return cold('(a|)', { a: nothingMoved(1, 2) });
        return cold('#', undefined, outcome);
      },
    });
    const running = loop.start();
    loop.status$.subscribe(({ delayMs }) => {
      if (delayMs !== undefined) waits.push(delayMs);
      if (waits.length > outcomes.length) running.unsubscribe();
    });
  });
  return waits;
}

function failure(retryable: boolean, retryAfterMs?: number): SyncError {
  const wait = retryAfterMs === undefined ? {} : { retryAfterMs };
  return new SyncError('http', 'no', { reason: 'server-error' }, { retryable, ...wait });
}

function expectWithin(waits: readonly number[], most: readonly number[]): void {
  expect(waits).toHaveLength(most.length);
  waits.forEach((wait, i) => {
    expect(Math.abs(wait - most[i]!)).toBeLessThanOrEqual(2e-6 * most[i]!);
  });
}

describe('a loop without settings', () => {
  it('begins within a minute, then waits 5 to 15 minutes (rule 6.1)', () => {
    const [least, most] = EXTREMES.map((chance) => waitsOf(['success', 'success'], chance));
    expect(least).toEqual([0, 300_000, 300_000]);
    expectWithin(most!, [60_000, 900_000, 900_000]);
  });

  it('backs off from 5 s, doubling up to 15 minutes, with full jitter (rule 6.2)', () => {
    const failures = Array.from({ length: 10 }, () => failure(true));
    const [least, most] = EXTREMES.map((chance) => waitsOf(failures, chance).slice(1));
    expect(least).toEqual(failures.map(() => 0));
    const doubled = [5, 10, 20, 40, 80, 160, 320, 640, 900, 900].map((s) => 1000 * s);
    expectWithin(most!, doubled);
  });

  it('waits an interval after what cannot be retried (rule 6.2)', () => {
    const [least, most] = EXTREMES.map((chance) => waitsOf([failure(false)], chance).slice(1));
    expect(least).toEqual([300_000]);
    expectWithin(most!, [900_000]);
  });

  it.each([true, false])(
    'comes back no sooner than the server asks, and up to 15 minutes later, retryable %s (rules 6.2, 6.6, 11.7)',
    (retryable) => {
      const [least, most] = EXTREMES.map((chance) =>
        waitsOf([failure(retryable, 2_000_000)], chance).slice(1),
      );
      expect(least).toEqual([2_000_000]);
      expectWithin(most!, [2_900_000]);
    },
  );

  it.each([true, false])(
    'waits a day at most, and not all TVs to the same instant, retryable %s (rules 6.2, 6.6)',
    (retryable) => {
      const [least, most] = EXTREMES.map((chance) =>
        waitsOf([failure(retryable, 3 * DAY_MS)], chance).slice(1),
      );
      expect(least).toEqual([DAY_MS - 900_000]);
      expectWithin(most!, [DAY_MS]);
    },
  );

  it('retries ten times an hour sooner than its interval, however chance draws (rule 6.8)', () => {
    const failures = Array.from({ length: 13 }, () => failure(true));
    const waits = waitsOf(failures, 0).slice(1);
    expect(waits.slice(0, 10)).toEqual(Array(10).fill(0));
    // Six minutes give one retry back.
    expect(waits.slice(10)).toEqual([300_000, 300_000, 0]);
  });
});
