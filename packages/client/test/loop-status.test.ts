import { TestScheduler } from 'rxjs/testing';
import { describe, expect, it } from '@jest/globals';
import { SyncError, type RandomSource } from '@omega-tv/types';
import {
  createSyncLoop,
  type SyncLoop,
  type SyncLoopOptions,
  type SyncLoopStatus,
} from '../src/index.js';
import { nothingMoved } from '../src/exchange/results.js';
import { waitingState } from '../src/loop/sync-status.js';
import { openClient, openConstellation, realPattern } from './support.js';

const half: RandomSource = { next: () => 0.5 };
const WALL_MS = 1e12;

/** Runs a loop in virtual time, two ms an exchange; returns each status that it showed. */
function watch(
  outcomes: readonly unknown[],
  untilMs: number,
  options: Partial<SyncLoopOptions> = {},
  steps: Readonly<Record<number, (loop: SyncLoop) => void>> = {},
): readonly SyncLoopStatus[] {
  const shown: SyncLoopStatus[] = [];
  const scheduler = new TestScheduler(() => undefined);
  scheduler.run(({ cold }) => {
    let count = 0;
    const exchange = () => {
      const outcome = outcomes[Math.min(count, outcomes.length - 1)];
      count += 1;
      if (outcome === 'success') return cold('--(a|)', { a: nothingMoved(count, 2) });
      return cold<never>('--#', undefined, outcome);
    };
    const clock = {
      nowMs: () => WALL_MS + scheduler.now(),
      monotonicMs: () => scheduler.now(),
    };
    const settings = { intervalMs: { min: 1000, max: 3000 }, startWithinMs: 1000 };
    const loop = createSyncLoop({
      ...settings,
      exchange,
      scheduler,
      clock,
      random: half,
      ...options,
    });
    loop.status$.subscribe((status) => shown.push(status));
    for (const [at, step] of Object.entries(steps)) {
      scheduler.schedule(() => {
        step(loop);
      }, Number(at));
    }
    const running = loop.start();
    scheduler.schedule(() => {
      running.unsubscribe();
    }, untilMs);
  });
  return shown;
}

const down = new SyncError('http', 'nobody there', { reason: 'dns' }, { retryable: true });

describe('what a loop says of itself (rule 6.11)', () => {
  it('is whole: state, since when, next attempt and why, last success, last error', () => {
    const shown = watch(['success', down], 2600);
    expect(
      shown.map(({ state, sinceMs, nextAttemptAtMs, waitsFor }) => [
        state,
        sinceMs - WALL_MS,
        nextAttemptAtMs === undefined ? undefined : nextAttemptAtMs - WALL_MS,
        waitsFor,
      ]),
    ).toEqual([
      ['stopped', 0, undefined, undefined],
      ['idle', 0, 500, 'start'],
      ['syncing', 500, undefined, undefined],
      ['idle', 502, 2502, 'interval'],
      ['syncing', 2502, undefined, undefined],
      ['offline', 2504, 4004, 'backoff'],
      ['stopped', 2600, undefined, undefined],
    ]);
    const last = shown.at(-1)!;
    expect(last.consecutiveFailures).toBe(1);
    expect(last.lastSuccess).toMatchObject({ atMs: WALL_MS + 502, result: { globalVersion: 1 } });
    expect(last.lastError).toEqual({
      atMs: WALL_MS + 2504,
      code: 'http',
      message: 'nobody there',
      retryable: true,
    });
    for (const { why } of shown) expect(why).toMatch(/^[a-z].{10,}/);
  });

  it('says that the host paused it', () => {
    const shown = watch(
      ['success'],
      200,
      {},
      {
        100: (loop) => {
          loop.pause();
        },
      },
    );
    expect(shown.map(({ state }) => state)).toEqual(['stopped', 'idle', 'paused', 'stopped']);
  });

  it.each([
    ['dns', 'offline'],
    ['portal', 'offline'],
    ['timeout', 'offline'],
    ['server-error', 'waiting'],
    ['client-error', 'waiting'],
  ] as const)('after http/%s it is %s', (reason, state) => {
    const error = new SyncError('http', 'x', { reason }, { retryable: true });
    expect(watch([error], 900).at(-2)!.state).toBe(state);
  });

  it.each([
    [new SyncError('http', 'x', { reason: 'client-error', status: 401 }, { retryable: true })],
    [new SyncError('http', 'x', { reason: 'client-error', status: 404 })],
    [new SyncError('protocol', 'no Constellation', {})],
  ])('a TV that someone has to do something for is refused: %s', (error) => {
    expect(watch([error], 900).at(-2)!.state).toBe('refused');
  });

  it('what is no error of the packages is tried again', () => {
    expect(waitingState({ delayMs: 1, floorMs: 0, reason: 'interval' }, new Error('x'))).toBe(
      'waiting',
    );
    expect(watch([new Error('x')], 900).at(-1)!.lastError).toMatchObject({ code: 'unexpected' });
  });

  it('says that the server asked for the wait, after a success too', () => {
    const window = { minMs: 5000, maxMs: 6000 };
    const busy = new SyncError(
      'http',
      'busy',
      { reason: 'server-error', status: 503 },
      { retryable: true, window, retryAfterMs: 5000 },
    );
    const status = watch([busy], 900).at(-2)!;
    expect(status).toMatchObject({ state: 'waiting', waitsFor: 'server' });
    expect(status.delayMs).toBeGreaterThanOrEqual(5000);
  });

  it('says that the retries of the hour are used up', () => {
    const options = { retryBudget: { retries: 1, perMs: 3_600_000 }, retryBaseMs: 100 };
    const reasons = watch([down], 900, options).map(({ waitsFor }) => waitsFor);
    expect(reasons.filter((one) => one !== undefined)).toEqual(['start', 'backoff', 'budget']);
  });

  it('has what waits, as of the last exchange, and does without where nobody says it', async () => {
    const { transport } = await openConstellation();
    const tv = await openClient(transport);
    await tv.store.skillStore(realPattern(1), realPattern(2, { successRate: 0.1 }));
    const settings = { startWithinMs: 0, standing: () => tv.standing() };
    const loop = createSyncLoop({ ...settings, exchange: (signal) => tv.syncStore({ signal }) });
    const shown: SyncLoopStatus[] = [];
    const synced = new Promise<void>((resolve) => {
      loop.status$.subscribe((status) => {
        shown.push(status);
        if (status.lastSuccess !== undefined && status.state === 'idle') resolve();
      });
    });
    const running = loop.start();
    await synced;
    running.unsubscribe();
    expect(shown[1]?.standing).toEqual({
      protocolVersion: 1,
      version: 0,
      outbox: { pushes: 0, patterns: 0, bytes: 0 },
      waitingSamples: 12,
      withheldSamples: 12,
      waitingTitles: 0,
      deadLetters: [],
    });
    expect(shown.at(-1)?.standing).toMatchObject({ waitingSamples: 0, withheldSamples: 12 });
  });

  it('goes on where what waits cannot be said', async () => {
    const { transport } = await openConstellation();
    const tv = await openClient(transport);
    const settings = { startWithinMs: 0, standing: () => Promise.reject(new Error('unreadable')) };
    const loop = createSyncLoop({ ...settings, exchange: (signal) => tv.syncStore({ signal }) });
    const errors: unknown[] = [];
    loop.errors$.subscribe((error) => errors.push(error));
    const first = new Promise((resolve) => loop.results$.subscribe(resolve));
    const running = loop.start();
    await first;
    running.unsubscribe();
    expect(errors).toEqual([new Error('unreadable')]);
  });

  it('tells how long the oldest push has been waiting, and what all take', async () => {
    const { transport } = await openConstellation();
    let offline = true;
    const line: typeof transport = {
      request: (request) =>
        offline && request.method === 'POST' ? Promise.reject(down) : transport.request(request),
    };
    let nowMs = 1000;
    const tv = await openClient(line, { clock: { nowMs: () => nowMs } });
    await tv.store.skillStore(realPattern(1));
    await expect(tv.syncStore()).rejects.toBe(down);
    nowMs = 9000;
    await expect(tv.syncStore()).rejects.toBe(down);
    const { outbox } = await tv.standing();
    expect(outbox).toMatchObject({ pushes: 1, patterns: 1, oldestBegunAtMs: 1000 });
    expect(outbox.bytes).toBeGreaterThan(1536);
    offline = false;
    await tv.syncStore();
    expect((await tv.standing()).outbox).toEqual({ pushes: 0, patterns: 0, bytes: 0 });
  });
});
