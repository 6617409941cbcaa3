import { describe, expect, it } from '@jest/globals';
import { byKnown } from '../src/learning/intervals.js';
import { LearningTable, learningNotes } from '../src/learning/learning-tables.js';
import type { LearningReport } from '../src/learning/learning-report.js';
import { sizeOf, TABLE_PARTS } from '../src/learning/parts.js';
import { WorkLeft } from '../src/learning/work-left.js';

function reportOf(names: readonly string[], finalRows: readonly string[]): LearningReport {
  const intervals = byKnown(() => ({ mean: 0.4, low: 0.38, high: 0.42 }));
  const learning = names.map((name) => ({
    ...{ name, p3: 0.4, p5: 0.4, p20: 0.4, low: 0.38, high: 0.42, splits: 2 },
    intervals,
    ...(name === 'omega-tv' ? {} : { behind: byKnown(() => ({ mean: -0.01, low: -1, high: 1 })) }),
  }));
  return {
    known: 'time',
    isShuffled: false,
    viewers: 3,
    titles: 7,
    costs: undefined,
    learning,
    finalRows,
  };
}

describe('the table of learning', () => {
  it('prints the head and each row once, when it is final', () => {
    const table = new LearningTable();
    expect(table.next(reportOf(['omega-tv'], []))).toBe('');
    const first = table.next(reportOf(['omega-tv', 'popularity'], ['omega-tv']));
    expect(first).toContain('3 viewers, 7 titles; known titles are the first by date.');
    expect(first).toContain('| omega-tv (2 splits)');
    expect(first).not.toContain('popularity');
    const second = table.next(reportOf(['omega-tv', 'popularity'], ['omega-tv', 'popularity']));
    expect(second).toMatch(/^\| popularity \(2 splits\) .* -0\.010 \[-1\.000, \+1\.000\] \|\n$/);
    expect(table.next(reportOf(['omega-tv', 'popularity'], ['omega-tv', 'popularity']))).toBe('');
    const shuffled = { ...reportOf(['omega-tv'], ['omega-tv']), isShuffled: true };
    expect(new LearningTable().next(shuffled)).toContain(
      'by date; what the others completed is shuffled between them.',
    );
    expect(learningNotes(reportOf([], []))).toContain('6 splits');
  });

  it('begins with the product, and measures less of a large world', () => {
    expect(TABLE_PARTS[0]!.part).toBe('omega-tv');
    expect([sizeOf(30_000), sizeOf(1_000_000)]).toEqual(['small', 'large']);
    for (const { splits } of TABLE_PARTS) expect(splits.large).toBeLessThan(splits.small);
  });
});

describe('the work that is left', () => {
  it('is told by what is done of each order, by its cost', () => {
    let elapsedMs = 0;
    const left = new WorkLeft(4, () => elapsedMs);
    expect(left.toString()).toBe('0 % done');
    const [long, short] = [{}, {}];
    left.begin(long, 3);
    left.begin(short, 1);
    left.reach(long, 0.5);
    left.end(short);
    elapsedMs = 5 * 60_000;
    expect(left.share).toBe(2.5 / 4);
    expect(left.toString()).toBe('62 % done, about 3 min left');
  });
});
