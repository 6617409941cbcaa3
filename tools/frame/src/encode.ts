import { plural } from '@omega-tv/command-line';
import {
  canDiff,
  encodeDeltaFrame,
  encodeDiffFrame,
  encodeSnapshotFrame,
  publishSnapshot,
  V2_LIMITS,
  type PublishSnapshotOptions,
  type Snapshot,
} from '@omega-tv/compression';
import { cosineSimilarity, type EmbeddingCodec } from '@omega-tv/embedding-codec';
import {
  GLOBAL_STREAM,
  MAX_INTEGER,
  type GlobalPatterns,
  type PushedPattern,
  type RandomSource,
  type SyncDelta,
  type TrendSignal,
} from '@omega-tv/types';
import { coarsestStepFor, TARGET_COSINE } from './target-step.js';

/** The dither of one draw may leave a little less than that of another. */
const DITHER_MARGIN = 0.0005;

export interface FrameContent {
  readonly patterns: readonly PushedPattern[];
  readonly trends: readonly TrendSignal[];
  readonly base?: Snapshot;
  /** RFC 3339. */
  readonly timestamp: string;
}

export interface EncodedFrame {
  readonly bytes: Uint8Array;
  /** What was written, for people. */
  readonly summary: string;
}

/** Writes a delta: as fine as the budget allows, or as coarse as keeps the usual cosine. */
export function encodeDelta(
  codec: EmbeddingCodec,
  { patterns, base, timestamp }: FrameContent,
  options: { deviceId: string; random: RandomSource; budgetBytes: number | undefined },
): EncodedFrame {
  const { deviceId, random, budgetBytes } = options;
  const references = base?.patterns.map(({ embedding }) => embedding) ?? [];
  const vectors = patterns.map(({ embedding }) => embedding);
  // Other draws of the dither find the step, so that it says nothing of the one that is sent.
  const usualStep = (): number =>
    coarsestStepFor(TARGET_COSINE + DITHER_MARGIN, (step) =>
      meanOf(codec.encode(vectors, { mode: 'upload', random, references, rate: { step } }).cosines),
    );
  const delta: SyncDelta = {
    deviceId,
    patterns,
    version: Math.min((base?.version ?? 0) + 1, MAX_INTEGER),
    timestamp,
  };
  const { bytes, meanCosine } = encodeDeltaFrame(codec, delta, {
    random,
    rate:
      budgetBytes === undefined
        ? { budgetBytes: V2_LIMITS.maxRequestBytes, step: usualStep() }
        : { budgetBytes },
    ...(base === undefined ? {} : { base }),
  });
  return { bytes, summary: describe('delta', bytes, patterns.length, meanCosine) };
}

/**
 * Writes a snapshot: full, or the diff from its base. The budget is that of the frame that is
 * written. Where what moved does not fit into the base's generation, a new one begins, and the
 * frame is a full one again.
 */
export function encodeSnapshot(
  codec: EmbeddingCodec,
  { patterns, trends, base, timestamp }: FrameContent,
  { budgetBytes, full }: { budgetBytes: number | undefined; full: boolean },
): EncodedFrame {
  const version = Math.min((base?.version ?? 0) + 1, MAX_INTEGER);
  const globals: GlobalPatterns = { patterns, trends, version, timestamp };
  const stream = base?.stream ?? GLOBAL_STREAM;
  const publish = (options: Partial<PublishSnapshotOptions>): Snapshot =>
    publishSnapshot(codec, globals, {
      stream,
      shortage: 'refuse',
      budgetBytes: budgetBytes ?? V2_LIMITS.maxResponseBytes,
      ...options,
    });
  const meanCosineOf = (snapshot: Snapshot): number =>
    meanOf(
      snapshot.patterns.map(({ embedding }, i) =>
        cosineSimilarity(embedding, patterns[i]?.embedding ?? []),
      ),
    );
  const summaryOf = (kind: string, snapshot: Snapshot, bytes: Uint8Array): string =>
    describe(kind, bytes, patterns.length, meanCosineOf(snapshot));

  if (base !== undefined) {
    const limit = budgetBytes ?? V2_LIMITS.maxResponseBytes;
    const { maxResponseBytes } = V2_LIMITS;
    const next = publish({
      previous: base,
      budgetBytes: full ? limit : maxResponseBytes,
      diffBudgetBytes: full ? Infinity : limit,
    });
    if (canDiff(base, next)) {
      const bytes = full ? encodeSnapshotFrame(next) : encodeDiffFrame(base, next);
      return { bytes, summary: summaryOf(full ? 'snapshot' : 'diff', next, bytes) };
    }
  }
  const usualStep = (): number =>
    coarsestStepFor(TARGET_COSINE, (step) => meanCosineOf(publish({ step })));
  const snapshot = publish(budgetBytes === undefined ? { step: usualStep() } : {});
  const bytes = encodeSnapshotFrame(snapshot);
  const summary = summaryOf('snapshot', snapshot, bytes);
  if (base === undefined) return { bytes, summary };
  const reason =
    'what moved does not fit beside the base: a new generation begins, as a full frame';
  return { bytes, summary: `${reason}\n${summary}` };
}

function meanOf(cosines: readonly number[]): number {
  return cosines.length === 0 ? 1 : cosines.reduce((sum, one) => sum + one, 0) / cosines.length;
}

function describe(kind: string, bytes: Uint8Array, patterns: number, meanCosine: number): string {
  const cosine = patterns === 0 ? '' : `, mean cosine ${meanCosine.toFixed(4)}`;
  return `${kind}: ${bytes.length} bytes, ${plural(patterns, 'pattern')}${cosine}`;
}
