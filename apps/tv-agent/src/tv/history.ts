import { Type, type Static } from 'typebox';

/** One viewing as the TV remembers it. */
const WatchedSchema = Type.Object({
  titleId: Type.String(),
  completed: Type.Boolean(),
  watchedFraction: Type.Number({ minimum: 0, maximum: 1 }),
  /** The learned pattern that took it as a sample. */
  patternId: Type.String(),
  /** Who watched, where profiles are told apart. */
  profile: Type.Optional(Type.String()),
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
  /** Removes what a profile watched, to the last byte. */
  erase(profile: string): Promise<void>;
  close(): Promise<void>;
}

/** An evening without what a profile watched; the same one where it watched nothing. */
export function eveningWithout(evening: EveningRecord, profile: string): EveningRecord {
  const left = evening.filter((viewing) => viewing.profile !== profile);
  return left.length === evening.length ? evening : left;
}

export function createMemoryHistory(): History {
  let evenings: EveningRecord[] = [];
  return {
    evenings: () => evenings,
    append: (evening) => {
      evenings.push(evening);
      return Promise.resolve();
    },
    erase: (profile) => {
      evenings = evenings.map((evening) => eveningWithout(evening, profile));
      return Promise.resolve();
    },
    close: () => Promise.resolve(),
  };
}
