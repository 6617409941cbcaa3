import fc from 'fast-check';
import { describe, expect, it } from '@jest/globals';
import { advanceTime, type FoldTime } from '../src/fold-time.js';
import { publish } from '../src/publish.js';
import type { FederationState } from '../src/state.js';
import {
  config,
  contributionOf,
  DAY_MS,
  dramas,
  fold,
  HOUR_MS,
  publishNow,
  START_MS,
  tastePatterns,
  trusting,
} from './fixtures.js';

const MINUTE_MS = 60_000;
const AHEAD_MS = 2000 * DAY_MS;
const NONE: FoldTime = { latestMs: 0, clockMs: 0 };
const patterns = tastePatterns(dramas[0]!, 12);

function pushOf(i: number, receivedAtMs: number, prefix = 'tv') {
  return contributionOf(`${prefix}-${i}`, patterns[i % 12]!, { receivedAtMs });
}

function trioAt(receivedAtMs: number, prefix?: string) {
  return [0, 1, 2].map((i) => pushOf(i, receivedAtMs, prefix));
}

function dramaOf(state: FederationState) {
  return state.clusters.get('global:drama-1')!.tally.closed;
}

/** An hour of pushes and publications, one of each a minute. */
function runHour(state: FederationState, fromMs: number, prefix: string): FederationState {
  let next = state;
  for (let i = 0; i < 60; i += 1) {
    const nowMs = fromMs + i * MINUTE_MS;
    next = publishNow(fold([pushOf(i, nowMs, prefix)], config, next), nowMs).state;
  }
  return next;
}

describe('fold time', () => {
  it('trusts the first time, then follows the clock (rule 7.6)', () => {
    const first = advanceTime(NONE, START_MS, config);
    expect(first).toEqual({ latestMs: START_MS, clockMs: START_MS });
    const next = START_MS + DAY_MS;
    expect(advanceTime(first, next, config)).toEqual({ latestMs: next, clockMs: next });
  });

  it('keeps what was learned through an hour of a clock 2,000 days ahead (rule 5.5)', () => {
    const before = publishNow(fold(trioAt(START_MS))).state;
    const during = runHour(before, START_MS + AHEAD_MS, 'ahead');
    expect(during.published.patterns).toHaveLength(1);
    expect(during.counters.latestMs - START_MS).toBeLessThan(2 * DAY_MS + 5 * HOUR_MS);
    const closed = dramaOf(during);
    expect(closed.weight).toBeGreaterThan(24 * 0.9 + 60 * 8 * 0.9);
    const after = runHour(during, START_MS + 3 * HOUR_MS, 'after');
    expect(dramaOf(after).weight).toBeGreaterThan(closed.weight + 60 * 8 * 0.9);
  });

  it('freezes nothing once the clock is right again', () => {
    const ahead = fold(trioAt(START_MS + AHEAD_MS), config, fold(trioAt(START_MS)));
    const right = fold(trioAt(START_MS + HOUR_MS), config, ahead);
    const [a, b] = [dramaOf(ahead), dramaOf(right)];
    expect(b.lastClosedClockMs).toBe(START_MS + HOUR_MS);
    const monthLater = START_MS + 30 * DAY_MS;
    let state = right;
    for (let day = 1; day <= 30; day += 1) {
      state = publishNow(state, START_MS + day * DAY_MS).state;
    }
    state = fold(trioAt(monthLater + HOUR_MS), config, state);
    expect(dramaOf(state).weight - 24).toBeGreaterThan(b.weight * 0.49);
    expect(dramaOf(state).weight - 24).toBeLessThan(b.weight * 0.51);
    expect(b.step).toBeGreaterThanOrEqual(a.step);
  });

  it('drops trends by fold time, and shows when the clock said they closed', () => {
    const { state } = publishNow(fold(trioAt(START_MS)));
    expect(publish(state, START_MS + AHEAD_MS, config).globals!.trends).toEqual([]);
    const back = fold(trioAt(START_MS + HOUR_MS), config, publishNow(state, AHEAD_MS * 40).state);
    const [trend] = publishNow(back, START_MS + HOUR_MS).globals.trends;
    expect(trend!.calculatedAt).toBe('2026-01-01T01:00:00.000Z');
  });

  it('catches up after a true pause (rule 7.6)', () => {
    let state = publishNow(fold(trioAt(START_MS))).state;
    const resumed = START_MS + 60 * DAY_MS;
    expect(publishNow(state, resumed).state.counters.latestMs).toBe(START_MS + 2 * DAY_MS);
    for (let hour = 0; hour <= 24 * 20; hour += 1) {
      state = publishNow(state, resumed + hour * HOUR_MS).state;
      const atFourTimesMs = START_MS + 2 * DAY_MS + 4 * hour * HOUR_MS;
      expect(state.counters.latestMs).toBe(Math.min(atFourTimesMs, resumed + hour * HOUR_MS));
    }
    expect(state.counters.latestMs).toBe(resumed + 20 * DAY_MS);
  });

  it('trusts every time where times are data', () => {
    const state = fold(trioAt(START_MS + AHEAD_MS), trusting, fold(trioAt(START_MS), trusting));
    expect(state.counters.latestMs).toBe(START_MS + AHEAD_MS);
    expect(dramaOf(state).weight).toBeCloseTo(24, 6);
  });

  it('never goes back, and at most one step at once (rule 7.6)', () => {
    const reading = fc.oneof(fc.integer({ min: -1, max: 4e15 }), fc.constantFrom(NaN, Infinity));
    fc.assert(
      fc.property(fc.array(reading), (readings) => {
        let time = NONE;
        for (const nowMs of readings) {
          const next = advanceTime(time, nowMs, config);
          const step = next.latestMs - time.latestMs;
          expect(step).toBeGreaterThanOrEqual(0);
          if (time.latestMs > 0) expect(step).toBeLessThanOrEqual(config.maxClockStepMs);
          time = next;
        }
      }),
    );
  });

  it('is not hurried by many readings of the same clock (rule 7.6)', () => {
    let time = advanceTime(NONE, START_MS, config);
    for (let i = 0; i < 1000; i += 1) time = advanceTime(time, START_MS + AHEAD_MS, config);
    expect(time.latestMs).toBe(START_MS + 2 * DAY_MS);
    for (const nowMs of [START_MS, START_MS + 1, START_MS - DAY_MS, START_MS + 2]) {
      time = advanceTime(time, nowMs, config);
    }
    expect(time).toEqual({ latestMs: START_MS + 2 * DAY_MS + 2, clockMs: START_MS + 2 });
  });
});
