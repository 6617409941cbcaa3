import { describe, expect, it } from '@jest/globals';
import { createMemoryConstellationStore, type Repeat } from '../src/index.js';
import { repeatAside, repeatWithTimer } from '../src/repeat.js';
import { ControlledStore } from './controlled-store.js';
import { bodyOf, openConstellation, patternOf, TestClock, until } from './support.js';

class MinutesClock extends TestClock {
  monotonicMs(): number {
    return this.timeMs;
  }
}

const MINUTE_MS = 60_000;

describe('housekeeping', () => {
  it('runs by itself until the server stops, published or not (rule 5.19)', async () => {
    const clock = new MinutesClock();
    const store = new ControlledStore(createMemoryConstellationStore());
    let compactions = 0;
    store.compact = () => {
      compactions += 1;
      return Promise.resolve();
    };
    const timers = new Set<() => void>();
    const repeat: Repeat = (work) => {
      timers.add(work);
      return () => timers.delete(work);
    };
    const constellation = await openConstellation({ store, clock, repeat });
    const pass = (minutes: number): void => {
      clock.timeMs += minutes * MINUTE_MS;
      for (const work of timers) work();
    };
    await constellation.sync(await bodyOf('tv-1', patternOf(0)));
    expect(constellation.log.entries).toBeGreaterThan(0);
    pass(1);
    await until(() => constellation.log.entries === 0);
    expect(compactions).toBe(0);
    pass(15);
    await until(() => compactions === 1);
    await constellation.close();
    expect(timers.size).toBe(0);
  });

  it('keeps no process running', () => {
    const count = (): number =>
      process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    const before = count();
    const stop = repeatAside(() => undefined, MINUTE_MS);
    expect(count()).toBe(before);
    const stopOther = repeatWithTimer(() => undefined, MINUTE_MS);
    expect(count()).toBe(before + 1);
    stopOther();
    stop();
  });
});
