import { isPublishedId, MAX_INTEGER, SyncError, type PatternData } from '@omega-tv/types';

/** Pattern ids that one device may have marks for. */
export const MAX_MARKS_PER_DEVICE = 128;

/** The highest sample count seen of each pattern id of one device. */
export type DeviceMarks = ReadonlyMap<string, number>;

export interface MarkedDelta {
  /** The marks afterwards; the same object where nothing changed. */
  readonly marks: DeviceMarks;
  /** New samples of each pattern of the delta, in its order. */
  readonly increments: readonly number[];
}

/**
 * Turns the cumulative sample counts of v1 into new samples. A count above the mark adds the
 * difference (all of it at first sight); an equal or lower one adds nothing and leaves the mark.
 * A pattern with a published id is an echo: it counts zero and makes no mark.
 *
 * @throws SyncError `invalid-pattern` when the delta would bring a 129th id; no mark changes then.
 * @example
 * ```ts
 * import { applyMarks } from '@omega-tv/federation';
 *
 * const first = applyMarks(new Map(), [{ id: 'p1', sampleCount: 12 }]);
 * const second = applyMarks(first.marks, [{ id: 'p1', sampleCount: 15 }]);
 * console.log(first.increments, second.increments); // => [ 12 ] [ 3 ]
 * ```
 */
export function applyMarks(
  marks: DeviceMarks,
  patterns: readonly Pick<PatternData, 'id' | 'sampleCount'>[],
): MarkedDelta {
  const next = new Map(marks);
  const increments = patterns.map(({ id, sampleCount }, index) => {
    if (isPublishedId(id)) return 0;
    const mark = next.get(id);
    const count = Math.min(sampleCount, MAX_INTEGER);
    if (!(count > (mark ?? 0))) return 0;
    if (mark === undefined && next.size >= MAX_MARKS_PER_DEVICE) refuseId(index, id);
    next.set(id, count);
    return count - (mark ?? 0);
  });
  const isUnchanged = increments.every((increment) => increment === 0);
  return { marks: isUnchanged ? marks : next, increments };
}

function refuseId(index: number, id: string): never {
  const path = `patterns[${index}].id`;
  const limit = `at most ${MAX_MARKS_PER_DEVICE} pattern ids a device`;
  throw new SyncError(
    'invalid-pattern',
    `delta: ${path} is one id too many (${limit}); send on under the ids already used`,
    { path, value: id, limit },
  );
}
