import type { RecordOperation, RecordSpace } from '@omega-tv/level';

/** What to write of a map whose entries are records: those that differ, and no others. */
export function mapChanges<Value>(
  space: RecordSpace<Value>,
  before: ReadonlyMap<string, Value>,
  after: ReadonlyMap<string, Value>,
): readonly RecordOperation[] {
  if (before === after) return [];
  return [
    ...[...before.keys()].filter((id) => !after.has(id)).map((id) => space.delete(id)),
    ...[...after]
      .filter(([id, value]) => !areSame(before.get(id), value))
      .map(([id, value]) => space.put(id, value)),
  ];
}

/** Small values of JSON, whose keys are always written in one order. */
export function areSame(a: unknown, b: unknown): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}
