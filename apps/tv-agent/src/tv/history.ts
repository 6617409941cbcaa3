import { Type, type Static } from 'typebox';

/** One viewing as the TV remembers it. */
const WatchedSchema = Type.Object({
  titleId: Type.String(),
  completed: Type.Boolean(),
  watchedFraction: Type.Number({ minimum: 0, maximum: 1 }),
  /** The learned pattern that took it as a sample. */
  patternId: Type.String(),
});

/** The viewings of one evening. */
export const EveningRecordSchema = Type.Array(WatchedSchema);

export type EveningRecord = Static<typeof EveningRecordSchema>;

/**
 * What was watched on this TV, evening by evening; it never leaves it. Written before the patterns
 * learn from it, so that a crash in between loses nothing: the patterns are brought up to it at the
 * next start.
 */
export interface History {
  /** All evenings, in order. */
  evenings(): readonly EveningRecord[];
  /** Appends one evening; atomic and durable. */
  append(evening: EveningRecord): Promise<void>;
  close(): Promise<void>;
}

export function createMemoryHistory(): History {
  const evenings: EveningRecord[] = [];
  return {
    evenings: () => evenings,
    append: (evening) => {
      evenings.push(evening);
      return Promise.resolve();
    },
    close: () => Promise.resolve(),
  };
}
