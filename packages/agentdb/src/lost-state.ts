import type { LearnedPattern, SampleMark, SyncState } from '@omega-tv/client';

/** Whether a store was never used: then it is new, or what was there is lost. */
export function isFresh({ marks, next, owner }: SyncState, learned: number): boolean {
  return learned === 0 && marks.size === 0 && next === undefined && owner === undefined;
}

/** Marks that book as lost what may have been told before the sync state was lost, and how much. */
export function marksOfTold(
  skills: readonly LearnedPattern[],
  told: ReadonlyMap<string, number>,
): { readonly marks: ReadonlyMap<string, SampleMark>; readonly samples: number } {
  const marks = new Map<string, SampleMark>();
  let samples = 0;
  for (const { id, sampleCount } of skills) {
    const lost = Math.min(sampleCount, told.get(id) ?? 0);
    if (lost === 0) continue;
    marks.set(id, { acknowledged: 0, byMarks: 0, unsure: 0, refused: 0, elsewhere: 0, lost });
    samples += lost;
  }
  return { marks, samples };
}
