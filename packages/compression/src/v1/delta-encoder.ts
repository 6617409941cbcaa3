import { validateSyncDelta, type PatternData, type SyncDelta } from '@omega-tv/types';
import type { BodyWriter, FittedBody, JsonOfPatterns } from './body-writer.js';
import type { FittedDelta } from '../client-format.js';
import { largestFitting } from '../largest-fitting.js';
import { syncDeltaToJson } from './v1-json.js';

type Group = readonly PatternData[];
type FitsGroup = (group: Group) => Promise<boolean>;

/** Writes the delta with the finest embeddings under which it fits. */
export async function encodeDelta(delta: SyncDelta, writer: BodyWriter): Promise<FittedBody> {
  validateSyncDelta(delta);
  return writer.write(delta.patterns, jsonOf(delta));
}

/**
 * Splits a delta into as few deltas as its caps and the fidelity floor allow, in order, then
 * evens their lengths out: the fewer patterns share a body, the finer they are.
 */
export async function splitDelta(
  delta: SyncDelta,
  writer: BodyWriter,
): Promise<readonly SyncDelta[]> {
  validateSyncDelta(delta);
  const fits: FitsGroup = (group) => writer.fitsAtFloor(group, jsonOf(delta));
  const greedy = await fillGreedily(delta.patterns, fits, async (pattern) => {
    await encodeDelta({ ...delta, patterns: [pattern] }, writer);
  });
  const even = splitEvenly(delta.patterns, greedy.length);
  const groups = (await allFit(even, fits)) ? even : greedy;
  return groups.map((patterns) => ({ ...delta, patterns }));
}

/** As many patterns, from the first on, as fit at the fidelity floor, and their body. */
export async function fitDelta(delta: SyncDelta, writer: BodyWriter): Promise<FittedDelta> {
  validateSyncDelta(delta);
  const { patterns } = delta;
  const count = await largestFitting(patterns.length, (n) =>
    writer.fitsAtFloor(patterns.slice(0, n), jsonOf(delta)),
  );
  const part = { ...delta, patterns: patterns.slice(0, Math.max(1, count)) };
  return { part, ...(await encodeDelta(part, writer)) };
}

/** @param requireFit throws when a pattern fits in no body, alone and at any rounding. */
async function fillGreedily(
  patterns: Group,
  fits: FitsGroup,
  requireFit: (pattern: PatternData) => Promise<void>,
): Promise<readonly Group[]> {
  const groups: Group[] = [];
  let rest = patterns;
  for (let [first] = rest; first !== undefined; [first] = rest) {
    const left = rest;
    const count = await largestFitting(left.length, (n) => fits(left.slice(0, n)));
    if (count === 0) await requireFit(first);
    groups.push(left.slice(0, Math.max(1, count)));
    rest = left.slice(Math.max(1, count));
  }
  // A delta without patterns still tells the server that the TV is there.
  return groups.length === 0 ? [[]] : groups;
}

/** Cuts a list into `count` parts, the longer ones first. */
function splitEvenly(patterns: Group, count: number): readonly Group[] {
  const startOf = (index: number): number => Math.ceil((index * patterns.length) / count);
  return Array.from({ length: count }, (_, index) =>
    patterns.slice(startOf(index), startOf(index + 1)),
  );
}

async function allFit(groups: readonly Group[], fits: FitsGroup): Promise<boolean> {
  for (const group of groups) {
    if (!(await fits(group))) return false;
  }
  return true;
}

function jsonOf(delta: SyncDelta): JsonOfPatterns {
  return (patterns) => syncDeltaToJson({ ...delta, patterns });
}
