import type { RandomSource, SyncDelta } from '@omega-tv/types';
import { findSection, SectionType, type Frame, type Section } from '../container.js';
import { readHeldTitles, writeHeldTitles } from './held-titles-section.js';
import { readHits, writeHits } from './hits-section.js';
import { readViewerFactors, writeViewerFactors } from './viewer-factors-section.js';

/** What a delta says for the learning of titles, beside the completions among its engagements. */
export type DeltaLearning = Pick<SyncDelta, 'viewerFactors' | 'heldTitles' | 'hits'>;

/** A section for each that is there: readers of earlier releases skip them. */
export function writeLearning(
  { viewerFactors, heldTitles, hits }: DeltaLearning,
  random: RandomSource,
): readonly Section[] {
  const sections: Section[] = [];
  if (viewerFactors !== undefined) {
    const payload = writeViewerFactors(viewerFactors, random);
    sections.push({ type: SectionType.viewerFactors, payload });
  }
  if (heldTitles !== undefined) {
    sections.push({ type: SectionType.heldTitles, payload: writeHeldTitles(heldTitles) });
  }
  if (hits !== undefined) sections.push({ type: SectionType.hits, payload: writeHits(hits) });
  return sections;
}

/** @throws SyncError `compression` for sections that are none of these. */
export function readLearning(frame: Frame): DeltaLearning {
  const viewerFactors = findSection(frame, SectionType.viewerFactors);
  const heldTitles = findSection(frame, SectionType.heldTitles);
  const hits = findSection(frame, SectionType.hits);
  return {
    ...(viewerFactors === undefined ? {} : { viewerFactors: readViewerFactors(viewerFactors) }),
    ...(heldTitles === undefined ? {} : { heldTitles: readHeldTitles(heldTitles) }),
    ...(hits === undefined ? {} : { hits: readHits(hits) }),
  };
}
