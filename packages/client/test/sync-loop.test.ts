import * as fc from 'fast-check';
import { TestScheduler } from 'rxjs/testing';
import type { Observable } from 'rxjs';
import { describe, expect, it } from '@jest/globals';
import { SyncError, type RandomSource, type SyncWindow } from '@omega-tv/types';
import type { SyncResult } from '@omega-tv/protocol';
import { createSyncLoop, type SyncLoop, type SyncLoopOptions } from '../src/index.js';
import { nothingMoved } from '../src/exchange/results.js';

const SETTINGS = {
  intervalMs: { min: 10_000, max: 20_000 },
  startWithinMs: 1000,
  retryBaseMs: 1000,
};

const down = new SyncError('http', 'down', { reason: 'refused' }, { retryable: true });
const busy = new SyncError(
  'http',
  'busy',
  { reason: 'server-error', status: 503 },
  { retryable: true, retryAfterMs: 4000 },
);
const busyForHours = new SyncError(
  'http',
  'busy',
  { reason: 'server-error', status: 503 },
  { retryable: true, retryAfterMs: 9_999_999 },
);
const wrong = new SyncError('protocol', 'no Constellation', {});

/** Marbles of one exchange each; the last one goes on. `a` is a result, `#` the error beside it. */
type Exchange = readonly [marbles: string, error?: unknown];

interface Script {
  readonly exchanges: readonly Exchange[];
  /** Repeated from its start when used up. Default: always 0.5. */
  readonly random?: readonly number[];
  /** What the host does, by virtual time. */
  readonly steps?: Readonly<Record<number, (loop: SyncLoop, log: string[]) => void>>;
  /** When the host unsubscribes. */
  readonly stopAt: number;
  readonly options?: Partial<SyncLoopOptions>;
  readonly answer?: Partial<SyncResult>;
}

/** Runs a loop in virtual time and returns what happened as "time event" lines. */
function play(script: Script): string[] {
  const { exchanges, random = [0.5], steps = {}, stopAt, options = {}, answer = {} } = script;
  const scheduler = new TestScheduler(() => undefined);
  const log: string[] = [];
  scheduler.run(({ cold }) => {
    let count = 0;
    let draws = 0;
    const note = (event: string): void => {
      log.push(`${scheduler.now()} ${event}`);
    };
    const source: RandomSource = { next: () => random[draws++ % random.length] ?? 0 };
    const exchange = (signal: AbortSignal): Observable<SyncResult> => {
      const [marbles, error] = exchanges[Math.min(count, exchanges.length - 1)]!;
      count += 1;
      signal.addEventListener('abort', () => {
        note('signal aborted');
      });
      return cold(marbles, { a: { ...nothingMoved(count, 2), ...answer } }, error);
    };
    const loop = createSyncLoop({ ...SETTINGS, exchange, scheduler, random: source, ...options });
    loop.results$.subscribe(({ globalVersion }) => {
      note(`result ${globalVersion}`);
    });
    loop.errors$.subscribe((error) => {
      note(`error ${(error as Error).message}`);
    });
    loop.status$.subscribe(({ state, consecutiveFailures, delayMs }) => {
      const failures = consecutiveFailures === 0 ? '' : ` after ${consecutiveFailures}`;
      note(delayMs === undefined ? `${state}${failures}` : `waiting${failures} for ${delayMs}`);
    });
    scheduler.schedule(() => {
      const running = loop.start();
      scheduler.schedule(() => {
        running.unsubscribe();
        note(`${scheduler.actions.length} left`);
      }, stopAt);
    }, 0);
    for (const [at, step] of Object.entries(steps)) {
      scheduler.schedule(() => {
        step(loop, log);
      }, Number(at));
    }
  });
  return log.filter((line) => !line.endsWith('signal aborted') || isEarly(line, log));
}

/** An exchange's signal is aborted after its end too; only one before its end says something. */
function isEarly(line: string, log: readonly string[]): boolean {
  const time = line.split(' ')[0]!;
  return !log.some(
    (other) => other.startsWith(`${time} result`) || other.startsWith(`${time} error`),
  );
}

describe('the loop', () => {
  it('starts within the first minute, and waits an interval after each exchange', () => {
    expect(play({ exchanges: [['200ms (a|)']], stopAt: 40_000 })).toEqual([
      '0 stopped',
      '0 waiting for 500',
      '500 syncing',
      '700 result 1',
      '700 waiting for 15000',
      '15700 syncing',
      '15900 result 2',
      '15900 waiting for 15000',
      '30900 syncing',
      '31100 result 3',
      '31100 waiting for 15000',
      '40000 stopped',
      '40000 0 left',
    ]);
  });

  it('draws each wait uniformly from the range (rule 6.1)', () => {
    const draw = fc.double({ min: 0, max: 0.999999, noNaN: true });
    fc.assert(
      fc.property(fc.array(draw, { minLength: 3, maxLength: 12 }), (random) => {
        const waits = play({ exchanges: [['(a|)']], random, stopAt: 20_000 * random.length })
          .filter((line) => line.includes('waiting'))
          .map((line) => Number(line.split(' ').at(-1)));
        const [first, ...others] = waits;
        expect(first).toBe(random[0]! * 1000);
        expect(others.length).toBeGreaterThan(0);
        for (const [index, wait] of others.entries()) {
          expect(wait).toBe(10_000 + random[(index + 1) % random.length]! * 10_000);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('comes back within the window of a server that asks for patience, else by its interval (rule 6.5)', () => {
    const waitsWith = (window: SyncWindow): readonly string[] =>
      play({ exchanges: [['(a|)']], random: [0.5], stopAt: 100_000, answer: { window } }).filter(
        (line) => line.includes('waiting'),
      );
    expect(waitsWith({ minMs: 0, maxMs: 900_000 })[1]).toMatch(/ 15000$/);
    expect(waitsWith({ minMs: 30_000, maxMs: 50_000 })[1]).toMatch(/ 40000$/);
    expect(waitsWith({ minMs: 1e12, maxMs: 1e12 })[1]).toMatch(/ 86390000$/);
  });

  it('backs off with full jitter up to the longest interval, and starts over on success (rule 6.2)', () => {
    const fails: Exchange = ['#', down];
    const log = play({
      exchanges: [fails, fails, fails, fails, fails, fails, fails, ['(a|)'], fails, ['(a|)']],
      random: [0.75],
      stopAt: 80_000,
    });
    const waits = log
      .filter((line) => line.includes('waiting'))
      .map((line) => line.replace(/^\d+ waiting /, ''));
    expect(waits).toEqual([
      'for 750',
      'after 1 for 750',
      'after 2 for 1500',
      'after 3 for 3000',
      'after 4 for 6000',
      'after 5 for 12000',
      'after 6 for 15000',
      'after 7 for 15000',
      'for 17500',
      'after 1 for 750',
      'for 17500',
    ]);
    expect(play({ exchanges: [fails], random: [0], stopAt: 0 })[1]).toBe('0 waiting for 0');
  });

  it('waits as long as the server asks, be it longer than the longest interval (rule 6.2)', () => {
    const log = play({
      exchanges: [
        ['#', busy],
        ['#', busyForHours],
      ],
      random: [0.1],
      stopAt: 25_000,
    });
    expect(log.filter((line) => line.includes('waiting after'))).toEqual([
      '100 waiting after 1 for 4400',
      '4500 waiting after 2 for 10001999',
    ]);
  });

  it('waits an interval after what cannot be retried, and a backoff after what is no SyncError (rule 6.2)', () => {
    const log = play({
      exchanges: [['#', wrong], ['#', new Error('bug')], ['(a|)']],
      stopAt: 18_000,
    });
    expect(log).toEqual([
      '0 stopped',
      '0 waiting for 500',
      '500 syncing',
      '500 error no Constellation',
      '500 waiting after 1 for 15000',
      '15500 syncing after 1',
      '15500 error bug',
      '15500 waiting after 2 for 1000',
      '16500 syncing after 2',
      '16500 result 3',
      '16500 waiting for 15000',
      '18000 stopped',
      '18000 0 left',
    ]);
  });

  it('pauses: aborts what runs, keeps quiet, and goes on when resumed (rule 6.3)', () => {
    const log = play({
      exchanges: [['300ms (a|)']],
      steps: {
        600: (loop) => {
          loop.pause();
          loop.pause();
        },
        5000: (loop) => {
          loop.syncNow();
        },
        90_000: (loop) => {
          loop.resume();
          loop.resume();
        },
      },
      stopAt: 91_000,
    });
    expect(log).toEqual([
      '0 stopped',
      '0 waiting for 500',
      '500 syncing',
      '600 signal aborted',
      '600 paused',
      '90000 waiting for 500',
      '90500 syncing',
      '90800 result 2',
      '90800 waiting for 15000',
      '91000 stopped',
      '91000 0 left',
    ]);
  });

  it('syncs now where it waits, and lets a running exchange run', () => {
    const syncNow = (loop: SyncLoop): void => {
      loop.syncNow();
    };
    const log = play({
      exchanges: [['300ms (a|)']],
      steps: { 100: syncNow, 200: syncNow, 3000: syncNow },
      stopAt: 4000,
    });
    expect(log).toEqual([
      '0 stopped',
      '0 waiting for 500',
      '100 syncing',
      '400 result 1',
      '400 waiting for 15000',
      '3000 syncing',
      '3300 result 2',
      '3300 waiting for 15000',
      '4000 stopped',
      '4000 0 left',
    ]);
  });

  it('stops in mid-exchange: the signal is aborted, nothing stays scheduled (rule 6.3)', () => {
    expect(play({ exchanges: [['300ms (a|)']], stopAt: 600 })).toEqual([
      '0 stopped',
      '0 waiting for 500',
      '500 syncing',
      '600 signal aborted',
      '600 stopped',
      '600 0 left',
    ]);
  });

  it('starts again after it was stopped, and once at a time', () => {
    const log = play({
      exchanges: [['(a|)']],
      steps: {
        200: (loop, events) => {
          events.push(`same: ${String(loop.start() === loop.start())}`);
        },
        2000: (loop) => {
          const again = loop.start();
          loop.syncNow();
          again.unsubscribe();
        },
      },
      stopAt: 1000,
    });
    expect(log.slice(3)).toEqual([
      '500 syncing',
      '500 result 1',
      '500 waiting for 15000',
      '1000 stopped',
      expect.stringMatching(/^1000 \d left$/),
      '2000 waiting for 500',
      '2000 syncing',
      '2000 signal aborted',
      '2000 stopped',
    ]);
    expect(log).toContain('same: true');
  });

  it('may be started while paused, and waits for resume', () => {
    const log = play({
      exchanges: [['(a|)']],
      steps: {
        0: (loop) => {
          loop.pause();
        },
        700: (loop) => {
          loop.resume();
        },
      },
      stopAt: 1000,
    });
    expect(log).toContain('0 paused');
    expect(log.at(-3)).toBe('700 waiting for 500');
  });

  it('goes on after an exchange that throws, or ends without a result', () => {
    const scheduler = new TestScheduler(() => undefined);
    const errors: unknown[] = [];
    let calls = 0;
    scheduler.run(({ cold }) => {
      const loop = createSyncLoop({
        ...SETTINGS,
        scheduler,
        random: { next: () => 0.5 },
        exchange: () => {
          calls += 1;
          if (calls === 1) throw down;
          return cold('|');
        },
      });
      loop.errors$.subscribe((error) => errors.push(error));
      scheduler.schedule(() => {
        const running = loop.start();
        scheduler.schedule(() => {
          running.unsubscribe();
        }, 5000);
      }, 0);
    });
    expect(errors).toEqual([down]);
    expect(calls).toBeGreaterThan(2);
  });

  it('takes a pause from within a result (rule 6.3)', () => {
    const scheduler = new TestScheduler(() => undefined);
    const states: string[] = [];
    scheduler.run(({ cold }) => {
      const loop = createSyncLoop({
        ...SETTINGS,
        scheduler,
        random: { next: () => 0.5 },
        exchange: () => cold('(a|)', { a: nothingMoved(1, 2) }),
      });
      loop.status$.subscribe(({ state }) => states.push(state));
      loop.results$.subscribe(() => {
        loop.pause();
      });
      loop.start();
    });
    expect(states).toEqual(['stopped', 'idle', 'syncing', 'paused']);
    expect(scheduler.actions).toHaveLength(0);
  });

  it('takes a promise as the exchange', async () => {
    const result = nothingMoved(1, 2);
    const loop = createSyncLoop({
      exchange: () => Promise.resolve(result),
      startWithinMs: 0,
      random: { next: () => 0 },
    });
    const first = new Promise((resolve) => loop.results$.subscribe(resolve));
    const running = loop.start();
    expect(await first).toBe(result);
    running.unsubscribe();
  });
});
