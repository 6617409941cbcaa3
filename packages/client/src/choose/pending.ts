import { MAX_INTEGER, meetsSyncThreshold, type PushedPattern } from '@omega-tv/types';
import { markOf, settled, settledUnder } from '../engine/marks.js';
import { samplesOnTheirWay } from '../engine/outbox.js';
import type { LearnedPattern, SyncState } from '../engine/state.js';
import { tastesOf } from './copies.js';

/** A server that counts by marks keeps this many a device and refuses further pattern ids. */
const MAX_MARKED_IDS = 128;

/** A taste with samples that have to be said. */
interface Pending {
  readonly taste: LearnedPattern;
  /** Samples that no push has said. */
  readonly newSamples: number;
  /** The next count under its id. */
  readonly sampleCount: number;
}

/** What a next push has to say of the learned patterns, in their order: their new samples. */
export function pendingPatterns(
  state: SyncState,
  learned: readonly LearnedPattern[],
): readonly PushedPattern[] {
  return pendingTastes(state, learned).map(({ taste: { profile: _, ...taste }, ...counts }) => ({
    ...taste,
    ...counts,
  }));
}

function pendingTastes(state: SyncState, learned: readonly LearnedPattern[]): readonly Pending[] {
  const onTheirWay = samplesOnTheirWay(state);
  const isByMarks = state.server?.capabilities.includes('positions') !== true;
  const marked = new Set(onTheirWay.keys());
  for (const [id, { byMarks, unsure }] of state.marks) if (byMarks + unsure > 0) marked.add(id);
  const pending: Pending[] = [];
  for (const taste of tastesOf(learned, state.merges)) {
    const mark = markOf(state.marks, taste.id);
    const sent = onTheirWay.get(taste.id) ?? 0;
    const newSamples = Math.max(0, taste.sampleCount - settled(mark) - sent);
    if (newSamples === 0 || !meetsSyncThreshold(taste) || isPrivate(state, taste)) continue;
    if (isByMarks && !marked.has(taste.id) && marked.size >= MAX_MARKED_IDS) continue;
    marked.add(taste.id);
    const sampleCount = Math.min(MAX_INTEGER, settledUnder(mark) + sent + newSamples);
    pending.push({ taste, newSamples, sampleCount });
  }
  return pending;
}

/**
 * What a server may have lost of what it counted by marks: said again as it was, whatever became of
 * the patterns since.
 */
export function repeatedPatterns(
  state: SyncState,
  learned: readonly LearnedPattern[],
): readonly PushedPattern[] {
  const repeated: PushedPattern[] = [];
  for (const taste of tastesOf(learned, state.merges)) {
    const { unsure } = markOf(state.marks, taste.id);
    if (unsure === 0 || isPrivate(state, taste)) continue;
    const { profile: _, ...said } = taste;
    repeated.push({ ...said, sampleCount: unsure, newSamples: 0 });
  }
  return repeated;
}

/** Of a profile that contributes nothing. */
function isPrivate({ privateProfiles }: SyncState, { profile }: LearnedPattern): boolean {
  return profile !== undefined && privateProfiles.has(profile);
}

/** How many of each taste's samples wait to be said. */
export function pendingSamples(
  state: SyncState,
  learned: readonly LearnedPattern[],
): ReadonlyMap<string, number> {
  const pending = pendingTastes(state, learned);
  return new Map(pending.map(({ taste, newSamples }) => [taste.id, newSamples]));
}
