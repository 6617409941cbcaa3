import type { EmbeddingCodec } from '@omega-tv/embedding-codec';
import {
  checkPorts,
  isSyncError,
  systemRandom,
  type GlobalPatterns,
  type RandomSource,
  type SyncDelta,
} from '@omega-tv/types';
import type { ClientFormat, PushContext, ReadSnapshot } from '../client-format.js';
import { largestFitting } from '../largest-fitting.js';
import { BUDGET_TIERS } from './budget-tiers.js';
import { Codecs } from './codecs.js';
import {
  createContentResolver,
  indexTitles,
  type KnownTitle,
  type TitleIndex,
} from './content-hash.js';
import { decodeAnswerFrame } from './frames/answer-frame.js';
import { fitDelta } from './fit-delta.js';
import { encodeBatchFrame } from './frames/batch-frame.js';
import { encodeDeltaFrame, type DeltaFrame } from './frames/delta-frame.js';
import { decodeSnapshotFrame } from './frames/snapshot-frame.js';
import { V2_LIMITS } from './limits.js';
import type { Snapshot } from './snapshot.js';

/** Media type of all frames. */
export const FRAME_MEDIA_TYPE = 'application/vnd.omega-tv.frame';

export interface V2FormatOptions {
  /** One for each codebook that this TV has; it writes with the first. */
  readonly codecs: readonly [EmbeddingCodec, ...EmbeddingCodec[]];
  /** Draws the seeds of the dither: TVs that share one share their error. Default: the machine's. */
  readonly random?: RandomSource;
  /** Titles that trends may name: they come as hashes. Default: none, and they stay `#` and hash. */
  readonly titles?: Iterable<KnownTitle>;
}

/**
 * The v2 wire format: compact frames.
 * @throws SyncError `invalid-config` without a codec, or for an option that cannot work.
 * @example
 * ```ts
 * import { createV2Format } from '@omega-tv/compression';
 * import { createEmbeddingCodec } from '@omega-tv/embedding-codec';
 * import { readMiniLmCodebook } from '@omega-tv/embedding-codec/node';
 *
 * const format = createV2Format({ codecs: [createEmbeddingCodec(readMiniLmCodebook())] });
 * const embedding = Float32Array.from({ length: 384 }, (_, i) => Math.sin(i) / 14); // yours: MiniLM
 * const pattern = { id: 'evening', embedding, successRate: 0.9, sampleCount: 12, genre: 'drama' };
 * const timestamp = '2026-11-22T10:00:00Z';
 * const delta = { deviceId: 'kitchen', patterns: [pattern], version: 1, timestamp };
 * const { bytes, fidelity } = await format.encodeDelta(delta);
 * console.log(bytes.length < 1024, fidelity.minCosine > 0.95); // => true true
 * ```
 */
export function createV2Format(options: V2FormatOptions): ClientFormat {
  checkPorts(options);
  const { random = systemRandom } = options;
  const codecs = new Codecs(options.codecs);
  const titles = [...(options.titles ?? [])];
  const encode = (delta: SyncDelta, { base, tier = 'normal' }: PushContext): DeltaFrame => {
    const common = { random, ...(base === undefined ? {} : { base }) };
    try {
      return encodeDeltaFrame(codecs.first, delta, { ...common, rate: BUDGET_TIERS[tier] });
    } catch (error) {
      // A pattern with long names must not be lost to a tier that the network has chosen.
      if (delta.patterns.length > 1 || !isSyncError(error, 'compression-limit')) throw error;
      const rate = { ...BUDGET_TIERS[tier], budgetBytes: V2_LIMITS.maxRequestBytes };
      return encodeDeltaFrame(codecs.first, delta, { ...common, rate });
    }
  };
  const decodeSnapshot = (bytes: Uint8Array, base?: Snapshot): ReadSnapshot => {
    const snapshot = decodeSnapshotFrame(codecs, bytes, base);
    return { snapshot, globals: resolve(snapshot) };
  };
  let catalogue: TitleIndex | undefined;
  const resolve = (snapshot: Snapshot): GlobalPatterns => {
    const own = snapshot.patterns.map(({ id, genre }) => ({ id, genres: [genre] }));
    catalogue ??= indexTitles(titles);
    const toId = createContentResolver(own, catalogue);
    const { patterns, version, timestamp } = snapshot;
    const trends = snapshot.trends.map((trend) => ({ ...trend, contentId: toId(trend) }));
    return { patterns, trends, version, timestamp };
  };

  return {
    protocolVersion: 2,
    mediaType: `${FRAME_MEDIA_TYPE};version=2`,
    accept: `${FRAME_MEDIA_TYPE};version=2;codebooks="${codecs.ids.join(' ')}"`,
    maxRequestBytes: V2_LIMITS.maxRequestBytes,
    maxResponseBytes: V2_LIMITS.maxResponseBytes,
    encodeDelta: (delta, context = {}) =>
      Promise.resolve().then(() => {
        const { bytes, meanCosine, minCosine } = encode(delta, context);
        return { bytes, fidelity: { meanCosine, minCosine } };
      }),
    splitDelta: (delta, context = {}) => split(delta, (part) => encode(part, context)),
    fitDelta: (delta, context = {}) =>
      Promise.resolve().then(() => {
        const { budgetBytes } = BUDGET_TIERS[context.tier ?? 'normal'];
        return fitDelta(delta, budgetBytes, (part) => encode(part, context));
      }),
    joinDeltas: encodeBatchFrame,
    decodeAnswer: (bytes, base) =>
      Promise.resolve().then(() => {
        const { snapshot: frame, ...answer } = decodeAnswerFrame(bytes);
        if (frame === undefined) return answer;
        try {
          return { ...answer, ...decodeSnapshot(frame, base) };
        } catch (snapshotError) {
          if (!isSyncError(snapshotError)) throw snapshotError;
          return { ...answer, snapshotError };
        }
      }),
    decodeSnapshot,
  };
}

/** As many patterns a message as fit. */
async function split(
  delta: SyncDelta,
  encode: (delta: SyncDelta) => DeltaFrame,
): Promise<readonly SyncDelta[]> {
  const parts: SyncDelta[] = [];
  let { patterns } = delta;
  // What is said once goes with the first message.
  const { engagements: _, taste: __, ...further } = delta;
  do {
    const head = parts.length === 0 ? delta : further;
    const left = patterns;
    const count = await largestFitting(left.length, (n) =>
      Promise.resolve(fits({ ...head, patterns: left.slice(0, n) }, encode)),
    );
    const part = { ...head, patterns: left.slice(0, Math.max(1, count)) };
    if (count === 0) encode(part);
    parts.push(part);
    patterns = left.slice(part.patterns.length);
  } while (patterns.length > 0);
  return parts;
}

function fits(delta: SyncDelta, encode: (delta: SyncDelta) => DeltaFrame): boolean {
  try {
    encode(delta);
    return true;
  } catch (error) {
    if (isSyncError(error, 'compression-limit')) return false;
    throw error;
  }
}
