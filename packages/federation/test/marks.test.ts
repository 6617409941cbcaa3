import fc from 'fast-check';
import { isSyncError } from '@omega-tv/types';
import { describe, expect, it } from '@jest/globals';
import { applyMarks, MAX_MARKS_PER_DEVICE, type DeviceMarks } from '../src/marks.js';

const none: DeviceMarks = new Map();

function pattern(id: string, sampleCount: number) {
  return { id, sampleCount };
}

describe('applyMarks', () => {
  it('counts the whole at first sight and the difference after (rule 4.1)', () => {
    const first = applyMarks(none, [pattern('a', 12)]);
    expect(first.increments).toEqual([12]);
    expect(applyMarks(first.marks, [pattern('a', 15)]).increments).toEqual([3]);
  });

  it('adds nothing for a retry or a lower count, and leaves the marks (rule 4.1)', () => {
    const { marks } = applyMarks(none, [pattern('a', 12)]);
    for (const count of [12, 11, 0, NaN]) {
      const again = applyMarks(marks, [pattern('a', count)]);
      expect(again.increments).toEqual([0]);
      expect(again.marks).toBe(marks);
    }
  });

  it('takes the same id twice in one delta in order', () => {
    const patterns = [pattern('a', 10), pattern('a', 14), pattern('a', 12)];
    expect(applyMarks(none, patterns).increments).toEqual([10, 4, 0]);
  });

  it('counts an echo of a published pattern as zero, without a mark (rules 1.6, 4.4)', () => {
    const { marks, increments } = applyMarks(none, [pattern('global:drama-1', 5000)]);
    expect(increments).toEqual([0]);
    expect(marks.size).toBe(0);
  });

  it('refuses a whole delta that brings a 129th id, and evicts none (rule 4.2)', () => {
    const ids = Array.from({ length: MAX_MARKS_PER_DEVICE }, (_, i) => pattern(`p${i}`, 10));
    const { marks } = applyMarks(none, ids);
    const before = [...marks];
    let refusal: unknown;
    try {
      applyMarks(marks, [pattern('p0', 20), pattern('further', 10)]);
    } catch (error) {
      refusal = error;
    }
    expect(isSyncError(refusal, 'invalid-pattern') && refusal.details).toEqual({
      path: 'patterns[1].id',
      value: 'further',
      limit: 'at most 128 pattern ids a device',
    });
    expect([...marks]).toEqual(before);
    expect(applyMarks(marks, [pattern('p0', 20), pattern('global:x', 1)]).increments).toEqual([
      10, 0,
    ]);
  });

  it('saturates at 2^53 - 1 (rule 11.12)', () => {
    const { marks, increments } = applyMarks(none, [pattern('a', 2 ** 60)]);
    expect(increments).toEqual([Number.MAX_SAFE_INTEGER]);
    expect(applyMarks(marks, [pattern('a', 2 ** 61)]).increments).toEqual([0]);
  });

  it('takes any string for an id', () => {
    const ids = ['__proto__', 'constructor', '', 'toString'];
    expect(
      applyMarks(
        none,
        ids.map((id) => pattern(id, 7)),
      ).increments,
    ).toEqual([7, 7, 7, 7]);
  });

  it('accepts exactly the highest count of each id, whatever the order and the repeats (rule 4.1)', () => {
    const push = fc.record({
      device: fc.constantFrom('tv-1', 'tv-2', '__proto__'),
      patterns: fc.array(
        fc.record({ id: fc.constantFrom('a', 'b', 'c'), sampleCount: fc.nat(1000) }),
        { maxLength: 4 },
      ),
    });
    fc.assert(
      fc.property(fc.array(push, { maxLength: 40 }), (pushes) => {
        const marks = new Map<string, DeviceMarks>();
        const accepted = new Map<string, number>();
        const highest = new Map<string, number>();
        for (const { device, patterns } of pushes) {
          const marked = applyMarks(marks.get(device) ?? none, patterns);
          marks.set(device, marked.marks);
          patterns.forEach(({ id, sampleCount }, i) => {
            const key = `${device}/${id}`;
            accepted.set(key, (accepted.get(key) ?? 0) + marked.increments[i]!);
            highest.set(key, Math.max(highest.get(key) ?? 0, sampleCount));
          });
        }
        expect(accepted).toEqual(highest);
      }),
    );
  });
});
