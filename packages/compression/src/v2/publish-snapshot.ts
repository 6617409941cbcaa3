import { cosineSimilarity, stepOfMessage, type EmbeddingCodec } from '@omega-tv/embedding-codec';
import {
  SyncError,
  validateGlobalPatterns,
  type GlobalPatterns,
  type PatternData,
} from '@omega-tv/types';
import { codebookIdOf } from './codecs.js';
import { encodeSnapshotFrame } from './frames/snapshot-frame.js';
import { V2_LIMITS } from './limits.js';
import { asCoded } from './sections/pattern-counts.js';
import { toHeaderCosine } from './sections/snapshot-header.js';
import { canonicalTrends } from './sections/trends.js';
import { hashSnapshot, type Layer, type Snapshot } from './snapshot.js';
import { toTimestamp, toUnixMs } from './timestamps.js';

export interface PublishSnapshotOptions {
  readonly stream: string;
  /** The version before; the first publication has none. */
  readonly previous?: Snapshot;
  /** Of the full frame, never exceeded: then embeddings are coarser, then the last patterns go. */
  readonly budgetBytes: number;
  /** The finest step that embeddings are coded at. */
  readonly step: number;
  /** Coarser than this they are not: there are fewer instead. */
  readonly coarsestStep: number;
}

/** How many times the bytes of its first layer all layers of a generation may have. */
const MAX_GROWTH = 2;
/** A step on the way from the finest to the coarsest. */
const STEP_FACTOR = 1.1;

/**
 * Makes a version's one content. A pattern that is still within the coding error of the version
 * before keeps its floats; one that moved, or is new, is coded once, predicted from what the version
 * before has, and no finer than that. When replaced embeddings have doubled what a generation
 * takes, or it no longer fits, a new one begins: then all patterns are coded anew.
 * @throws SyncError `invalid-pattern` or `serialization` for global patterns that break a rule,
 * `compression-limit` where not even the trends fit.
 */
export function publishSnapshot(
  codec: EmbeddingCodec,
  globals: GlobalPatterns,
  options: PublishSnapshotOptions,
): Snapshot {
  validateGlobalPatterns(globals);
  const publication = {
    stream: options.stream,
    version: globals.version,
    timestamp: toTimestamp(toUnixMs(globals.timestamp)),
    trends: canonicalTrends(globals.trends),
    codebookId: codebookIdOf(codec),
  };
  const patterns = globals.patterns.slice(0, V2_LIMITS.maxPatterns);
  const next =
    options.previous && continueGeneration(codec, publication, patterns, options.previous);
  if (next !== undefined && sizeOf(next) <= options.budgetBytes) return next;
  return beginGeneration(codec, publication, patterns, options);
}

type Publication = Pick<Snapshot, 'stream' | 'version' | 'timestamp' | 'trends' | 'codebookId'>;

/** The previous version with one more layer, where something moved; undefined where it grew too large. */
function continueGeneration(
  codec: EmbeddingCodec,
  publication: Publication,
  patterns: readonly PatternData[],
  previous: Snapshot,
): Snapshot | undefined {
  const [first] = previous.layers;
  if (first === undefined || publication.codebookId !== previous.codebookId) return undefined;
  if (publication.stream !== previous.stream) return undefined;
  const before = new Map(previous.patterns.map((pattern, i) => [keyOf(pattern), i]));
  const kept = patterns.map((pattern) => {
    const index = before.get(keyOf(pattern));
    const old = index === undefined ? undefined : previous.patterns[index];
    const isWithin =
      old !== undefined && cosineSimilarity(old.embedding, pattern.embedding) >= previous.minCosine;
    return isWithin && index !== undefined ? previous.places[index] : undefined;
  });
  const moved = patterns.filter((_, i) => kept[i] === undefined);
  const layers: Layer[] = [...previous.layers];
  const vectors: Float32Array[] = [...previous.vectors];
  if (moved.length > 0) {
    const { bytes, decoded } = codec.encode(
      moved.map(({ embedding }) => embedding),
      { mode: 'download', rate: { step: stepOfMessage(first.message) }, references: vectors },
    );
    layers.push({ message: bytes, count: moved.length });
    vectors.push(...decoded);
  }
  const size = layers.reduce((sum, { message }) => sum + message.length, 0);
  if (size > MAX_GROWTH * first.message.length || vectors.length > V2_LIMITS.maxVectors) {
    return undefined;
  }
  let next = previous.vectors.length;
  const places = kept.map((place) => place ?? next++);
  const { generation, minCosine } = previous;
  return finish(publication, patterns, { generation, minCosine, layers, vectors, places });
}

/** Codes all patterns anew, at the finest step that fits; else as many as fit at the coarsest. */
function beginGeneration(
  codec: EmbeddingCodec,
  publication: Publication,
  patterns: readonly PatternData[],
  { budgetBytes, step, coarsestStep }: PublishSnapshotOptions,
): Snapshot {
  const codeAt = (count: number, atStep: number): Snapshot => {
    const some = patterns.slice(0, count);
    if (some.length === 0) {
      const none = { layers: [], vectors: [], places: [], minCosine: 1 };
      return finish(publication, some, { ...none, generation: publication.version });
    }
    const { bytes, decoded, cosines } = codec.encode(
      some.map(({ embedding }) => embedding),
      { mode: 'download', rate: { step: atStep } },
    );
    return finish(publication, some, {
      generation: publication.version,
      minCosine: toHeaderCosine(cosines.reduce((least, cosine) => Math.min(least, cosine), 1)),
      layers: [{ message: bytes, count: some.length }],
      vectors: decoded,
      places: some.map((_, i) => i),
    });
  };
  for (let at = step; at < coarsestStep; at *= STEP_FACTOR) {
    const snapshot = codeAt(patterns.length, at);
    if (sizeOf(snapshot) <= budgetBytes) return snapshot;
  }
  let [fitting, tooMany] = [-1, patterns.length + 1];
  let best: Snapshot | undefined;
  while (tooMany - fitting > 1) {
    const count = (fitting + tooMany) >> 1;
    const snapshot = codeAt(count, coarsestStep);
    if (sizeOf(snapshot) <= budgetBytes) [fitting, best] = [count, snapshot];
    else tooMany = count;
  }
  if (best !== undefined) return best;
  const size = sizeOf(codeAt(0, coarsestStep));
  const message = `snapshot: takes ${size} bytes without any pattern, but ${budgetBytes} are allowed; publish fewer trends`;
  throw new SyncError('compression-limit', message, { size, limit: budgetBytes });
}

type Coded = Pick<Snapshot, 'generation' | 'minCosine' | 'layers' | 'vectors' | 'places'>;

function finish(publication: Publication, exact: readonly PatternData[], coded: Coded): Snapshot {
  const patterns = exact.map((pattern, i) => {
    const embedding = coded.vectors[coded.places[i] ?? 0] ?? new Float32Array();
    const { id, genre, sampleCount, successRate } = pattern;
    return { id, genre, ...asCoded({ sampleCount, successRate }), embedding };
  });
  const content = { ...publication, patterns };
  return { ...content, ...coded, hash: hashSnapshot(content) };
}

function sizeOf(snapshot: Snapshot): number {
  return encodeSnapshotFrame(snapshot).length;
}

function keyOf({ id, genre }: PatternData): string {
  return `${id}\u0000${genre}`;
}
