import { decodeSnapshotFrame, encodeSnapshotFrame, publishSnapshot } from '@omega-tv/compression';
import type { PatternData } from '@omega-tv/types';
import { describe, expect, it } from '@jest/globals';
import { SnapshotWindow } from '../../src/publish/snapshot-window.js';
import { patternOf } from '../support.js';
import { codecs, snapshots } from './support.js';

const HOUR_MS = 3_600_000;
const START_MS = Date.UTC(2026, 0, 1);

/** Publishes into the window, as of some hours after its start. */
function publish(
  window: SnapshotWindow,
  version: number,
  patterns: readonly PatternData[] = [],
  hours = 0,
) {
  const nowMs = START_MS + hours * HOUR_MS;
  const timestamp = new Date(nowMs).toISOString();
  const globals = { patterns, trends: [], version, timestamp };
  const added = publishSnapshot(window.codecs.first, globals, window.publishing);
  const change = { added, frame: encodeSnapshotFrame(added), expired: window.expiredAt(nowMs) };
  window.adopt(change);
  return change;
}

function keptOf(window: SnapshotWindow, versions: number): readonly number[] {
  return Array.from({ length: versions }, (_, i) => i + 1).filter(
    (version) => window.findVersion('global', version) !== undefined,
  );
}

function patternsFrom(first: number, count: number): readonly PatternData[] {
  return Array.from({ length: count }, (_, i) => patternOf(first + i, { id: `p${i}` }));
}

describe('a window without settings', () => {
  it('keeps 64 versions (rule 10.4)', () => {
    const window = new SnapshotWindow(snapshots);
    for (let version = 1; version <= 70; version += 1) publish(window, version);
    const kept = keptOf(window, 70);
    expect(kept).toHaveLength(64);
    expect(kept[0]).toBe(7);
  });

  it('keeps a version for a day, and the newest for ever (rule 10.4)', () => {
    const window = new SnapshotWindow(snapshots);
    publish(window, 1, [], 0);
    publish(window, 2, [], 23);
    publish(window, 3, [], 24);
    expect(keptOf(window, 3)).toEqual([1, 2, 3]);
    publish(window, 4, [], 25);
    expect(keptOf(window, 4)).toEqual([2, 3, 4]);
    expect(publish(window, 5, [], 1000).expired).toEqual([2, 3, 4]);
    expect(window.newest?.version).toBe(5);
    expect(keptOf(window, 5)).toEqual([5]);
  });

  it('fits a version into 5,120 bytes (rule 10.3)', () => {
    const { frame, added } = publish(new SnapshotWindow(snapshots), 1, patternsFrom(0, 200));
    expect(frame.length).toBeLessThanOrEqual(5120);
    expect(frame.length).toBeGreaterThan(4800);
    expect(added.patterns.length).toBeLessThan(200);
  });
});

it('across a generation leads the whole, and no diff (rule 10.3)', () => {
  const window = new SnapshotWindow(snapshots);
  const first = publish(window, 1, patternsFrom(0, 10)).added;
  const second = publish(window, 2, [...patternsFrom(0, 9), patternOf(50, { id: 'p9' })]);
  expect(second.added.generation).toBe(1);
  const diff = window.frameOfNewest(first)!;
  expect(diff.length).toBeLessThan(second.frame.length);
  expect(decodeSnapshotFrame(codecs, diff, first)).toEqual(second.added);

  const third = publish(window, 3, patternsFrom(100, 10));
  expect(third.added.generation).toBe(3);
  for (const base of [first, second.added]) {
    expect(window.frameOfNewest(base)).toEqual(third.frame);
    expect(window.frameOf(third.added, base)).toEqual(third.frame);
  }
});
