import { defer, NEVER, Subject, throwError, type Observable } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { describe, expect, it } from '@jest/globals';
import { createRandom } from '@omega-tv/seeded-random';
import { SyncError, type RandomSource, type SyncWindow } from '@omega-tv/types';
import {
  createSyncLoop,
  createWaitMemory,
  type KeptWait,
  type SyncLoopOptions,
  type WaitMemory,
} from '../src/index.js';
import { nothingMoved } from '../src/exchange/results.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const YEAR_MS = 365 * 24 * HOUR_MS;
const half: RandomSource = { next: () => 0.5 };

/** What each exchange does: succeeds, or fails with this; the last one goes on. */
type Outcome = 'success' | SyncError;

interface Run {
  readonly outcomes: readonly Outcome[];
  readonly untilMs: number;
  readonly options?: Partial<SyncLoopOptions>;
  /** What happens meanwhile, by virtual time. */
  readonly steps?: Readonly<Record<number, () => void>>;
  /** What the wall clock shows when it begins, and what it has jumped by. */
  readonly wall?: { offsetMs: number };
}

/** Runs a loop in virtual time; returns when its exchanges began, and the errors. */
function run({ outcomes, untilMs, options = {}, steps = {}, wall = { offsetMs: 0 } }: Run) {
  const began: number[] = [];
  const errors: unknown[] = [];
  const scheduler = new TestScheduler(() => undefined);
  scheduler.run(({ cold }) => {
    const exchange = (): Observable<ReturnType<typeof nothingMoved>> => {
      const outcome = outcomes[Math.min(began.length, outcomes.length - 1)];
      began.push(scheduler.now());
      if (outcome === 'success') return cold('(a|)', { a: nothingMoved(1, 2) });
      return cold('#', undefined, outcome);
    };
    const clock = {
      nowMs: () => wall.offsetMs + scheduler.now(),
      monotonicMs: () => scheduler.now(),
    };
    const loop = createSyncLoop({ exchange, scheduler, clock, random: half, ...options });
    loop.errors$.subscribe((error) => errors.push(error));
    for (const [at, step] of Object.entries(steps)) scheduler.schedule(step, Number(at));
    const running = loop.start();
    scheduler.schedule(() => {
      running.unsubscribe();
    }, untilMs);
  });
  return { began, errors };
}

function busy(retryAfterMs: number, window?: SyncWindow): SyncError {
  const options = { retryable: true, retryAfterMs, ...(window === undefined ? {} : { window }) };
  return new SyncError('http', 'busy', { reason: 'server-error', status: 503 }, options);
}

const down = new SyncError('http', 'down', { reason: 'refused' }, { retryable: true });

describe('TVs that were told the same do not return together (rule 6.6)', () => {
  const returns = (error: SyncError): readonly number[] =>
    Array.from({ length: 200 }, (_, tv) => {
      const random = createRandom('tv', tv);
      const { began } = run({
        outcomes: [error, 'success'],
        untilMs: HOUR_MS,
        options: { random, startWithinMs: 0 },
      });
      return began[1]! - began[0]!;
    }).sort((a, b) => a - b);
  /** The most that come within any second. */
  const busiestSecond = (times: readonly number[]): number =>
    Math.max(...times.map((at) => times.filter((one) => one >= at && one < at + 1000).length));

  it.each([30_000, 60_000, 600_000])('after a Retry-After of %d ms', (retryAfterMs) => {
    const times = returns(busy(retryAfterMs));
    expect(times[0]).toBeGreaterThanOrEqual(retryAfterMs);
    expect(times.at(-1)! - times[0]!).toBeGreaterThan(0.9 * retryAfterMs);
    expect(busiestSecond(times)).toBeLessThan(20);
  });

  it('after a failure with a window: up to its end', () => {
    const times = returns(busy(10_000, { minMs: 10_000, maxMs: 610_000 }));
    expect(times[0]).toBeGreaterThanOrEqual(10_000);
    expect(times.at(-1)).toBeLessThanOrEqual(610_000);
    expect(times.at(-1)! - times[0]!).toBeGreaterThan(540_000);
    expect(busiestSecond(times)).toBeLessThan(8);
  });
});

describe('a wait that a server asked for survives restarts (rule 6.7)', () => {
  it('five restarts within an hour of it make no request', () => {
    const waitMemory = createWaitMemory();
    const wall = { offsetMs: 1e12 };
    let requests = 0;
    for (let restart = 0; restart < 6; restart += 1) {
      const untilMs = 9 * MINUTE_MS;
      const outcomes = [busy(HOUR_MS)];
      requests += run({ outcomes, untilMs, options: { waitMemory }, wall }).began.length;
      wall.offsetMs += untilMs;
    }
    expect(requests).toBe(1);
    wall.offsetMs += HOUR_MS;
    const after = run({ outcomes: ['success'], untilMs: MINUTE_MS, options: { waitMemory }, wall });
    expect(after.began).toEqual([30_000]);
  });

  it('also a pause', () => {
    const waitMemory = createWaitMemory();
    const { began } = run({
      outcomes: [busy(HOUR_MS)],
      untilMs: MINUTE_MS,
      options: { waitMemory },
    });
    expect(began).toHaveLength(1);
    const again = run({ outcomes: ['success'], untilMs: HOUR_MS, options: { waitMemory } });
    expect(again.began).toEqual([]);
  });

  it.each([
    ['back', -YEAR_MS],
    ['forth', YEAR_MS],
  ])('a clock that jumps %s a year makes it no longer (rule 5.5)', (_, jumpMs) => {
    const kept: KeptWait = { sinceMs: 2 * YEAR_MS, resumeAtMs: 2 * YEAR_MS + HOUR_MS };
    const waitMemory: WaitMemory = { load: () => kept, save: () => undefined };
    const wall = { offsetMs: 2 * YEAR_MS + jumpMs };
    const options = { waitMemory };
    const { began } = run({ outcomes: ['success'], untilMs: HOUR_MS + MINUTE_MS, options, wall });
    expect(began[0]).toBe(jumpMs < 0 ? HOUR_MS + 30_000 : 30_000);
  });

  it.each([
    { sinceMs: NaN, resumeAtMs: NaN },
    { sinceMs: 5, resumeAtMs: 4 },
    { sinceMs: -Infinity, resumeAtMs: 0 },
  ])('what cannot have been a wait is none: %j', (kept) => {
    const waitMemory: WaitMemory = { load: () => kept, save: () => undefined };
    const { began } = run({ outcomes: ['success'], untilMs: MINUTE_MS, options: { waitMemory } });
    expect(began).toEqual([30_000]);
  });

  it('is kept once, and taken back when the server asks for nothing more', () => {
    const saved: (KeptWait | undefined)[] = [];
    const waitMemory: WaitMemory = {
      load: () => undefined,
      save: (wait) => void saved.push(wait),
    };
    const outcomes = [down, busy(MINUTE_MS), 'success', 'success'] as const;
    const wall = { offsetMs: 1e12 };
    const { began } = run({ outcomes, untilMs: HOUR_MS, options: { waitMemory }, wall });
    expect(began.length).toBeGreaterThan(4);
    const sinceMs = 1e12 + began[1]!;
    expect(saved).toEqual([{ sinceMs, resumeAtMs: sinceMs + 90_000 }, undefined]);
  });

  it('may lie in a store that answers later, and that fails: the loop goes on', async () => {
    const full = new Error('the disk is full');
    const waitMemory: WaitMemory = {
      load: () => Promise.reject(new Error('unreadable')),
      save: () => Promise.reject(full),
    };
    const errors: unknown[] = [];
    const exchanged: number[] = [];
    const loop = createSyncLoop({
      exchange: () => {
        exchanged.push(exchanged.length);
        return Promise.reject(busy(HOUR_MS));
      },
      startWithinMs: 0,
      waitMemory,
    });
    const reported = new Promise((resolve) => {
      loop.errors$.subscribe((error) => {
        errors.push((error as Error).message);
        if (error === full) resolve(undefined);
      });
    });
    const running = loop.start();
    await reported;
    running.unsubscribe();
    expect(errors).toEqual(['unreadable', 'busy', 'the disk is full']);
    expect(exchanged).toHaveLength(1);
  });
});

describe('when the network comes up (rule 6.9)', () => {
  const wrong = new SyncError('http', 'no', { reason: 'tls' });
  const up = (): { networkUp$: Subject<void>; come: () => void } => {
    const networkUp$ = new Subject<void>();
    return {
      networkUp$,
      come: () => {
        networkUp$.next();
      },
    };
  };

  it('a loop whose last exchange failed tries again within its first minute', () => {
    const { networkUp$, come } = up();
    const settings = { outcomes: [wrong, 'success'] as const, untilMs: HOUR_MS };
    const without = run(settings).began;
    expect(without.slice(0, 2)).toEqual([30_000, 630_000]);
    const { began } = run({ ...settings, options: { networkUp$ }, steps: { 100_000: come } });
    expect(began.slice(0, 2)).toEqual([30_000, 130_000]);
  });

  it('but not before the instant that a server named, whatever its clock does (rule 5.5)', () => {
    const { networkUp$, come } = up();
    const wall = { offsetMs: 0 };
    const { began } = run({
      outcomes: [busy(10 * MINUTE_MS), 'success'],
      untilMs: HOUR_MS,
      options: { networkUp$ },
      wall,
      steps: {
        100_000: () => {
          wall.offsetMs += YEAR_MS;
          come();
        },
      },
    });
    expect(began[1]).toBe(30_000 + 10 * MINUTE_MS + 30_000);
  });

  it('a loop whose last exchange succeeded keeps its wait', () => {
    const { networkUp$, come } = up();
    const { began } = run({
      outcomes: ['success'],
      untilMs: HOUR_MS / 2,
      options: { networkUp$ },
      steps: { 100_000: come, 200_000: come },
    });
    expect(began.slice(0, 2)).toEqual([30_000, 630_000]);
  });

  it('again and again, it costs no more than the budget of retries (rule 6.8)', () => {
    const { networkUp$, come } = up();
    const times = Array.from({ length: 59 }, (_, minute) => (minute + 1) * MINUTE_MS);
    const { began } = run({
      outcomes: [wrong],
      untilMs: HOUR_MS,
      options: { networkUp$ },
      steps: Object.fromEntries(times.map((at) => [at, come])),
    });
    // Ten at once, ten that the hour gives back, and those of the interval.
    expect(began.length).toBeLessThanOrEqual(10 + 10 + 6);
    expect(began.length).toBeGreaterThan(12);
  });

  it('is asked for only after a failure: at rest there is no timer but the next attempt (rule 6.10)', () => {
    let subscribed = 0;
    const networkUp$ = defer(() => {
      subscribed += 1;
      return NEVER;
    });
    const options = { networkUp$ };
    run({ outcomes: ['success'], untilMs: HOUR_MS, options });
    expect(subscribed).toBe(0);
    run({ outcomes: [wrong, 'success'], untilMs: HOUR_MS, options });
    expect(subscribed).toBe(1);
  });

  it('a source that fails is reported, and missed by nobody', () => {
    const broken = new Error('no such interface');
    const { began, errors } = run({
      outcomes: [wrong],
      untilMs: HOUR_MS / 2,
      options: { networkUp$: throwError(() => broken) },
    });
    expect(errors).toContain(broken);
    expect(began.slice(0, 2)).toEqual([30_000, 630_000]);
  });
});
