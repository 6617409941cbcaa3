import { MAX_INTEGER, type PushedPattern } from '@omega-tv/types';

/** Where the samples of one taste are that are no longer new. Whole samples; they add up. */
export interface SampleMark {
  /** Acknowledged, counted by position. */
  readonly acknowledged: number;
  /** Acknowledged by a server that counts by marks: the highest count that it has of this id. */
  readonly byMarks: number;
  /** Once among `byMarks`; the server that had counted them may have lost them since. */
  readonly unsure: number;
  /** Refused for good. */
  readonly refused: number;
  /** Acknowledged under the ids of copies that have become part of this taste. */
  readonly elsewhere: number;
  /**
   * Acknowledged, lost by the server since, and no longer kept here; or perhaps told before the disk
   * lost writes.
   */
  readonly lost: number;
}

export type SampleMarks = ReadonlyMap<string, SampleMark>;

/** The taste that a pattern has become part of, by the pattern's id. */
export type Merges = ReadonlyMap<string, string>;

export const NO_MARK: SampleMark = {
  acknowledged: 0,
  byMarks: 0,
  unsure: 0,
  refused: 0,
  elsewhere: 0,
  lost: 0,
};

export function markOf(marks: SampleMarks, id: string): SampleMark {
  return marks.get(id) ?? NO_MARK;
}

/** Samples that are settled under the taste's own id: what its next count on the wire starts from. */
export function settledUnder(mark: SampleMark): number {
  return mark.acknowledged + mark.byMarks + mark.unsure + mark.refused;
}

/** All samples that are not new. */
export function settled(mark: SampleMark): number {
  return Math.min(MAX_INTEGER, settledUnder(mark) + mark.elsewhere + mark.lost);
}

/** Marks with some members of one taste changed by an amount. */
export function added(marks: SampleMarks, id: string, amounts: Partial<SampleMark>): SampleMarks {
  const mark = { ...markOf(marks, id) };
  for (const [field, amount] of Object.entries(amounts) as [keyof SampleMark, number][]) {
    mark[field] = Math.min(MAX_INTEGER, Math.max(0, mark[field] + amount));
  }
  return new Map(marks).set(id, mark);
}

/**
 * Where acknowledged samples of a pushed pattern belong: to its taste, under whose id they went or
 * under that of a copy.
 */
export function credited(
  marks: SampleMarks,
  merges: Merges,
  patterns: readonly Pick<PushedPattern, 'id' | 'newSamples'>[],
  sign: 1 | -1,
): SampleMarks {
  return patterns.reduce((changed, { id, newSamples = 0 }) => {
    const taste = merges.get(id) ?? id;
    const field = taste === id ? 'acknowledged' : 'elsewhere';
    return added(changed, taste, { [field]: sign * newSamples });
  }, marks);
}

/** A copy's samples, settled under its own id, become part of a taste. */
export function absorbed(marks: SampleMarks, copy: string, taste: string): SampleMarks {
  const { acknowledged, byMarks, unsure, refused, elsewhere, lost } = markOf(marks, copy);
  const without = new Map(marks);
  if (!without.delete(copy)) return marks;
  return added(without, taste, {
    elsewhere: acknowledged + byMarks + unsure + elsewhere,
    refused,
    lost,
  });
}

/** What was counted by marks is said again where the server may lack it: what it has counts nothing. */
export function doubted(marks: SampleMarks): SampleMarks {
  return new Map(
    Array.from(marks, ([id, mark]) => [
      id,
      { ...mark, byMarks: 0, unsure: mark.unsure + mark.byMarks },
    ]),
  );
}
