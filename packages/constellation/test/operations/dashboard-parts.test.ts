import { describe, expect, it } from '@jest/globals';
import {
  EventFeed,
  MAX_HISTORY,
  MAX_UNREAD_BYTES,
  type DashboardEvents,
} from '../../src/operations/dashboard/event-feed.js';
import { EventParser } from '../../src/operations/dashboard/page/event-stream.js';
import { MAX_POINTS, quantileMs, Rates } from '../../src/operations/dashboard/page/rates.js';
import type { Sample } from '../../src/operations/dashboard/sample.js';
import { REQUEST_BUCKETS_S } from '../../src/operations/request-buckets.js';

const none = { closed: 0, waiting: 0, openCohorts: 0 };

/** A sample after so many seconds of ten pushes of 3 to 5 ms each. */
function sampleAt(second: number): Sample {
  const durations = REQUEST_BUCKETS_S.map((end) => (end >= 0.005 ? 10 * second : 0));
  return {
    timeMs: 1e12 + 1000 * second,
    monotonicMs: 1000 * second,
    syncs: { v1: 2 * second, v2: 8 * second },
    refusals: { http: second, protocol: second },
    receivedBytes: 1000 * second,
    sentBytes: 500 * second,
    durations: [...durations, 10 * second],
    publications: { count: 0, seconds: 0 },
    load: { pending: 0, shed: 0 },
    report: {
      ...{ devices: 0, deltasApplied: 0, duplicates: 0, refused: 0, samplesAccepted: 0 },
      ...{ version: 0, epoch: '' },
    },
    log: { entries: second, bytes: 0 },
    window: { minMs: 0, maxMs: 60_000 },
    cohorts: { patterns: none, titles: none },
  };
}

const published: DashboardEvents['published'] = {
  ...{ version: 0, minDevices: 3, patterns: [], trends: [], versions: [] },
  titles: { version: 0, count: 0, top: [], pieces: [] },
};

describe('the rates of a page', () => {
  it('are differences over the last seconds', () => {
    const rates = new Rates();
    for (let second = 1; second <= 30; second += 1) rates.add(sampleAt(second));
    expect(rates.points.at(-1)).toMatchObject({
      ...{ syncsV1: 2, syncsV2: 8, refusals: 2, receivedBytes: 1000, sentBytes: 500 },
      ...{ logEntries: 30, windowMinS: 0, windowMaxS: 60 },
    });
    expect(rates.points.at(-1)?.p50Ms).toBeCloseTo(3.75);
  });

  it('are bounded, and begin again with another process', () => {
    const rates = new Rates();
    for (let second = 1; second <= MAX_POINTS + 50; second += 1) rates.add(sampleAt(second));
    expect(rates.points).toHaveLength(MAX_POINTS);
    expect(rates.points[0]?.timeS).toBe(1e9 + 51);
    rates.add(sampleAt(1));
    expect(rates.points).toHaveLength(1);
    expect(rates.points[0]).toMatchObject({ syncsV2: 0, p50Ms: null });
  });

  it.each([
    [[0, 0, 0], 0.5, null],
    [[10, 10, 10], 0.5, 500],
    [[0, 10, 10], 0.5, 1500],
    [[5, 10, 10], 0.9, 1800],
    [[0, 0, 10], 0.5, 2000],
  ])('take quantiles of %j as Prometheus does', (counts, q, expected) => {
    expect(quantileMs(counts, [1, 2], q)).toBe(expected);
  });
});

describe('the parser of events', () => {
  it('reads them however they are cut', () => {
    const text = 'event: a\ndata: {"x":1}\n\nevent: b\ndata: "two"\n\n';
    for (let cut = 0; cut <= text.length; cut += 1) {
      const parser = new EventParser();
      const events = [...parser.add(text.slice(0, cut)), ...parser.add(text.slice(cut))];
      expect(events).toEqual([
        { name: 'a', data: '{"x":1}' },
        { name: 'b', data: '"two"' },
      ]);
    }
  });
});

describe('the feed of events', () => {
  it('keeps so many samples, and hangs up on who does not read (rule 13.35)', async () => {
    let second = 0;
    const feed = new EventFeed({
      takeSample: () => Promise.resolve(sampleAt((second += 1))),
      published: () => published,
    });
    for (let i = 0; i < MAX_HISTORY + 20; i += 1) await feed.tell();
    const slow = feed.open()!;
    const [history] = new EventParser().add(String(slow.read()));
    expect(JSON.parse(history!.data)).toHaveLength(MAX_HISTORY);
    let most = 0;
    while (feed.readers > 0) {
      await feed.tell();
      most = Math.max(most, slow.readableLength);
    }
    expect(slow.destroyed).toBe(true);
    expect(most).toBeLessThan(2 * MAX_UNREAD_BYTES);
  });
});
