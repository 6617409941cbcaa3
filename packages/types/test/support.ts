import { loadCatalogue } from '@omega-tv/catalogue';
import {
  isSyncError,
  syncDeltaToWire,
  type PatternData,
  type SyncDelta,
  type SyncDeltaWire,
  type SyncError,
} from '../src/index.js';

export const TIMESTAMP = '2026-11-22T10:00:00Z';

const titles = loadCatalogue();

/** Real embeddings at full 32-bit precision (the catalogue holds half floats), without negative zeros. */
export const embeddings: readonly Float32Array[] = titles.slice(0, 64).map(({ embedding }) => {
  const length = Math.hypot(...embedding);
  return embedding.map((value) => value / length + 0);
});

export function realPattern(index: number, change: Partial<PatternData> = {}): PatternData {
  return {
    id: `pattern-${index}`,
    embedding: embeddings[index % embeddings.length]!,
    successRate: 0.9,
    sampleCount: 12 + index,
    genre: titles[index]!.genres[0],
    ...change,
  };
}

export function deltaOf(count: number, change: Partial<SyncDelta> = {}): SyncDelta {
  const patterns = Array.from({ length: count }, (_, index) => realPattern(index));
  return { deviceId: 'tv-1', patterns, version: 1, timestamp: TIMESTAMP, ...change };
}

/** Parsed JSON of a delta of four patterns, changed by the test. */
export function wireDelta(change: (wire: MutableDelta) => void = () => undefined): unknown {
  const wire = JSON.parse(JSON.stringify(syncDeltaToWire(deltaOf(4)))) as MutableDelta;
  change(wire);
  return wire;
}

/** The wire's JSON, open to values that its schema forbids. */
export type MutableDelta = Record<keyof SyncDeltaWire, unknown> & {
  patterns: (Record<string, unknown> & { embedding: unknown[] })[];
};

export function syncErrorOf(work: () => unknown): SyncError {
  try {
    work();
  } catch (error) {
    if (isSyncError(error)) return error;
    throw error;
  }
  throw new Error('returned, but a SyncError was expected');
}
