import { describe, expect, it } from '@jest/globals';
import {
  checkMethods,
  checkPorts,
  monotonicMs,
  silentLogger,
  systemClock,
  systemRandom,
  type Clock,
  type RandomSource,
} from '../src/index.js';
import { syncErrorOf } from './support.js';

describe('checkPorts', () => {
  it('takes those of the machine, and none', () => {
    checkPorts({});
    checkPorts({ clock: systemClock, random: systemRandom, logger: silentLogger });
  });

  it.each([
    ['clock', { clock: {} as Clock }, 'clock has no method nowMs; expected an object with nowMs'],
    ['random', { random: Math.random as unknown as RandomSource }, /^random is .*with next$/],
    ['logger', { logger: { ...silentLogger, warn: 1 as never } }, /^logger has no method warn;/],
  ])('refuses a %s that is none', (field, options, message) => {
    const error = syncErrorOf(() => {
      checkPorts(options);
    });
    expect(error).toMatchObject({ code: 'invalid-config', details: { field } });
    expect(error.message).toEqual(expect.stringMatching(message));
  });
});

it('checkMethods says what would be right', () => {
  const error = syncErrorOf(() => {
    checkMethods('format', undefined, ['encode', 'decode'], 'createFormat() makes one');
  });
  expect(error.message).toBe(
    'format is undefined; expected an object with encode, decode: createFormat() makes one',
  );
});

describe("the machine's ports", () => {
  it('tell the time and draw from [0, 1)', () => {
    const before = Date.now();
    expect(systemClock.nowMs()).toBeGreaterThanOrEqual(before);
    expect(systemClock.monotonicMs?.()).toBeLessThanOrEqual(monotonicMs(systemClock));
    const drawn = Array.from({ length: 1000 }, () => systemRandom.next());
    expect(drawn.every((value) => value >= 0 && value < 1)).toBe(true);
    expect(new Set(drawn).size).toBeGreaterThan(900);
  });
});

describe('durations', () => {
  it("come from the clock's monotonic hand", () => {
    expect(monotonicMs({ nowMs: () => 1e12, monotonicMs: () => 17 })).toBe(17);
  });

  it('never come from its wall clock, which may jump (rule 5.9)', () => {
    let nowMs = 0;
    const clock = { nowMs: () => (nowMs += 3e10) };
    const started = monotonicMs(clock);
    expect(monotonicMs(clock) - started).toBeLessThan(3e10);
    expect(nowMs).toBe(0);
  });
});
