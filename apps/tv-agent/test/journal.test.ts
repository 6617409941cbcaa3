import { setImmediate } from 'node:timers/promises';
import { VirtualTimeScheduler } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { describe, expect, it } from '@jest/globals';
import { FlashMeter } from '../src/operations/flash-meter.js';
import { networkUp } from '../src/network/network-up.js';
import { ViewingJournal, type OwnedViewing } from '../src/tv/viewing-journal.js';

const viewing = (titleId: string): OwnedViewing => ({
  titleId,
  completed: true,
  watchedFraction: 1,
});

describe('viewings are written together (rule 5.15)', () => {
  it('within their window, in one write, and none twice', async () => {
    const scheduler = new VirtualTimeScheduler();
    const writes: string[] = [];
    const journal = new ViewingJournal({
      windowMs: 10_000,
      scheduler,
      write: (viewings) => {
        writes.push(viewings.map(({ titleId }) => titleId).join());
        return Promise.resolve();
      },
      report: () => undefined,
    });
    const passTo = async (ms: number): Promise<void> => {
      scheduler.maxFrames = ms;
      scheduler.flush();
      await setImmediate();
    };
    journal.note(viewing('a'));
    journal.note(viewing('b'));
    await passTo(9999);
    expect([journal.waiting, writes]).toEqual([2, []]);
    await passTo(10_000);
    expect([journal.waiting, writes]).toEqual([0, ['a,b']]);
    journal.note(viewing('c'));
    await passTo(20_000);
    expect(writes).toEqual(['a,b', 'c']);
  });

  it('at once where it is asked for, and again after a write that failed', async () => {
    const written: string[] = [];
    let isFull = true;
    const journal = new ViewingJournal({
      windowMs: 10_000,
      scheduler: new TestScheduler(() => undefined),
      write: (viewings) => {
        if (isFull) return Promise.reject(new Error('no space left'));
        written.push(...viewings.map(({ titleId }) => titleId));
        return Promise.resolve();
      },
      report: () => undefined,
    });
    journal.note(viewing('a'));
    await expect(journal.flush()).rejects.toThrow('no space left');
    expect(journal.waiting).toBe(1);
    journal.note(viewing('b'));
    isFull = false;
    await journal.flush();
    await journal.flush();
    expect(written).toEqual(['a', 'b']);
    expect(journal.waiting).toBe(0);
  });
});

describe('a network that comes up (rule 6.9)', () => {
  const at = (address: string, internal = false) => ({
    address,
    internal,
    netmask: '',
    mac: '',
    cidr: null,
    family: 'IPv4' as const,
  });

  it('is an address that was not there before, of no loopback', () => {
    const lo = at('127.0.0.1', true);
    const found = [
      { lo: [lo] },
      { lo: [lo, at('127.0.0.2', true)] },
      { lo: [lo], wlan0: [at('10.0.0.7')] },
      { lo: [lo], wlan0: [at('10.0.0.7')] },
      { lo: [lo] },
      { lo: [lo], wlan0: [at('10.0.0.8')] },
    ];
    const scheduler = new TestScheduler(() => undefined);
    const ups: number[] = [];
    scheduler.run(() => {
      let looks = 0;
      const interfaces = () => found[Math.min(looks++, found.length - 1)]!;
      const subscription = networkUp({ interfaces, scheduler }).subscribe(() => {
        ups.push(scheduler.now());
      });
      scheduler.schedule(() => {
        subscription.unsubscribe();
      }, 60_000);
    });
    expect(ups).toEqual([10_000, 25_000]);
  });
});

describe('flash', () => {
  it('is counted in all, and for the last 24 hours', () => {
    const hourMs = 3_600_000;
    let nowMs = 500;
    const meter = new FlashMeter(() => nowMs);
    meter.read(1000);
    nowMs += 10 * hourMs;
    meter.read(1500);
    expect([meter.totalBytes, meter.lastDayBytes]).toEqual([1500, 1500]);
    nowMs += 15 * hourMs;
    expect([meter.totalBytes, meter.lastDayBytes]).toEqual([1500, 500]);
    meter.read(1700);
    nowMs += 30 * hourMs;
    expect([meter.totalBytes, meter.lastDayBytes]).toEqual([1700, 0]);
  });
});
