import { isCodecError, type EmbeddingCodec, type EncodedVectors } from '@omega-tv/embedding-codec';
import { stepOfMessage } from '@omega-tv/embedding-codec/coding';
import {
  SyncError,
  validateGlobalPatterns,
  type GlobalPatterns,
  type PatternData,
} from '@omega-tv/types';
import { asReferences, codebookIdOf, coding } from './codecs.js';
import { encodeDiffFrame, encodeSnapshotFrame } from './frames/snapshot-frame.js';
import { V2_LIMITS } from './limits.js';
import { tooMany } from './malformed.js';
import { asCoded } from './sections/pattern-counts.js';
import { toHeaderError } from './sections/snapshot-header.js';
import { canonicalTrends } from './sections/trends.js';
import { hashSnapshot, keyOf, type Layer, type Snapshot } from './snapshot.js';
import { toTimestamp, toUnixMs } from './timestamps.js';

export interface PublishSnapshotOptions {
  readonly stream: string;
  /** The version before; the first publication has none. */
  readonly previous?: Snapshot;
  /** Of the full frame, never exceeded: then embeddings are coarser, then the last patterns go. */
  readonly budgetBytes: number;
  /** Of the diff from `previous`, never exceeded: what moved is coarser, or a generation begins. */
  readonly diffBudgetBytes?: number;
  /** The finest step that embeddings are coded at; absent: the finest that fits. */
  readonly step?: number;
  /** Coarser than this they are not: there are fewer instead. Default: the codec's coarsest. */
  readonly coarsestStep?: number;
  /** What to do where not all patterns fit. Default: leave the last ones out. */
  readonly shortage?: 'drop' | 'refuse';
}

/** How many times the bytes of its first layer all layers of a generation may have. */
const MAX_GROWTH = 2;
/** The coarsest that the codec has. */
const COARSEST_STEP = 1;

/**
 * Makes a version's one content. A pattern that is still within the coding error of the version
 * before keeps its floats; one that moved, or is new, is coded once, predicted from what the version
 * before has, and no finer than that. When replaced embeddings have doubled what a generation
 * takes, or it no longer fits, a new one begins: then all patterns are coded anew.
 * @throws SyncError `invalid-pattern` or `serialization` for global patterns that break a rule,
 * `compression-limit` where not even the trends fit, or not all patterns and they had to.
 */
export function publishSnapshot(
  codec: EmbeddingCodec,
  globals: GlobalPatterns,
  options: PublishSnapshotOptions,
): Snapshot {
  validateGlobalPatterns(globals);
  const { maxPatterns, maxTrends, maxResponseBytes } = V2_LIMITS;
  const budgetBytes = Math.min(options.budgetBytes, maxResponseBytes);
  const trends = canonicalTrends(globals.trends);
  if (trends.length > maxTrends) throw tooMany('trends', trends.length, maxTrends);
  if (options.shortage === 'refuse' && globals.patterns.length > maxPatterns) {
    throw tooMany('patterns', globals.patterns.length, maxPatterns);
  }
  const publication = {
    stream: options.stream,
    version: globals.version,
    timestamp: toTimestamp(toUnixMs(globals.timestamp)),
    trends,
    codebookId: codebookIdOf(codec),
    patterns: globals.patterns.slice(0, maxPatterns),
  };
  const limited = { ...options, budgetBytes };
  return coding(
    () =>
      continueGeneration(codec, publication, limited) ??
      beginGeneration(codec, publication, limited),
  );
}

/** What is published; its patterns not coded yet. */
type Publication = Pick<
  Snapshot,
  'stream' | 'version' | 'timestamp' | 'trends' | 'codebookId' | 'patterns'
>;

/** The previous version with one more layer, where something moved; undefined where that does not fit. */
function continueGeneration(
  codec: EmbeddingCodec,
  publication: Publication,
  options: PublishSnapshotOptions,
): Snapshot | undefined {
  const { previous, budgetBytes, diffBudgetBytes = budgetBytes } = options;
  const [first] = previous?.layers ?? [];
  if (previous === undefined || first === undefined) return undefined;
  const { stream, codebookId, generation } = previous;
  if (publication.codebookId !== codebookId || publication.stream !== stream) return undefined;

  const kept = placesKept(publication.patterns, previous);
  const moved = publication.patterns.filter((_, i) => kept[i] === undefined);
  let next = previous.vectors.length;
  const places = kept.map((place) => place ?? next++);
  const continued = (layers: readonly Layer[], vectors: readonly Float32Array[]): Snapshot =>
    finish(publication, { generation, places, layers, vectors });
  const overshoot = (snapshot: Snapshot): number =>
    Math.max(
      encodeSnapshotFrame(snapshot).length - budgetBytes,
      encodeDiffFrame(previous, snapshot).length - diffBudgetBytes,
    );

  const snapshot =
    moved.length === 0
      ? continued(previous.layers, previous.vectors)
      : codeFitting({
          encode: encoderOf(codec, moved, previous.vectors),
          finest: stepOfMessage(first.message),
          coarsest: options.coarsestStep,
          overshoot,
          build: (coded) =>
            continued(
              [...previous.layers, layerOf(coded, moved)],
              [...previous.vectors, ...coded.decoded],
            ),
        });
  if (snapshot === undefined || !(overshoot(snapshot) <= 0)) return undefined;
  const bytes = snapshot.layers.reduce((sum, { message }) => sum + message.length, 0);
  const { maxLayers, maxVectors } = V2_LIMITS;
  const isLarge = bytes > MAX_GROWTH * first.message.length;
  const isFull = snapshot.layers.length > maxLayers || snapshot.vectors.length > maxVectors;
  return isLarge || isFull ? undefined : snapshot;
}

/** Where the embeddings lie that are still good enough; undefined for those to be coded. */
function placesKept(
  patterns: readonly PatternData[],
  previous: Snapshot,
): readonly (number | undefined)[] {
  const errors = previous.layers.flatMap(({ count, codingError }) =>
    Array.from({ length: count }, () => codingError),
  );
  const before = new Map(previous.patterns.map((pattern, i) => [keyOf(pattern), i]));
  return patterns.map((pattern) => {
    const index = before.get(keyOf(pattern)) ?? -1;
    const place = previous.places[index];
    const embedding = previous.patterns[index]?.embedding;
    if (place === undefined || embedding === undefined) return undefined;
    const isWithin = errorOf(embedding, pattern.embedding) <= (errors[place] ?? 0);
    return isWithin ? place : undefined;
  });
}

/** Codes all patterns anew, as fine as fits; else as many as fit at the coarsest. */
function beginGeneration(
  codec: EmbeddingCodec,
  publication: Publication,
  { budgetBytes, step, coarsestStep = COARSEST_STEP, shortage = 'drop' }: PublishSnapshotOptions,
): Snapshot {
  const { patterns, version: generation } = publication;
  const build = (some: readonly PatternData[], coded?: EncodedVectors): Snapshot =>
    finish(
      { ...publication, patterns: some },
      {
        generation,
        layers: coded === undefined ? [] : [layerOf(coded, some)],
        vectors: coded?.decoded ?? [],
        places: some.map((_, i) => i),
      },
    );
  const overshoot = (snapshot: Snapshot): number =>
    encodeSnapshotFrame(snapshot).length - budgetBytes;
  const coarsest = (count: number): Snapshot => {
    const some = patterns.slice(0, count);
    if (count === 0) return build(some);
    return build(some, encoderOf(codec, some, [])({ step: coarsestStep }));
  };

  if (patterns.length > 0) {
    const all = codeFitting({
      encode: encoderOf(codec, patterns, []),
      finest: step,
      coarsest: coarsestStep,
      overshoot,
      build: (coded) => build(patterns, coded),
    });
    if (all !== undefined) return all;
  }
  const most = shortage === 'refuse' ? patterns.length : 0;
  const least = coarsest(most);
  if (!(overshoot(least) <= 0)) {
    const size = encodeSnapshotFrame(least).length;
    const message = `snapshot: takes ${size} bytes with ${most} ${most === 1 ? 'pattern' : 'patterns'}, but ${budgetBytes} are allowed; publish fewer trends or patterns`;
    throw new SyncError('compression-limit', message, { size, limit: budgetBytes });
  }
  let [best, fitting, tooMuch] = [least, most, patterns.length + 1];
  while (tooMuch - fitting > 1) {
    const count = (fitting + tooMuch) >> 1;
    const snapshot = coarsest(count);
    if (overshoot(snapshot) <= 0) [best, fitting] = [snapshot, count];
    else tooMuch = count;
  }
  return best;
}

type Encode = (rate: { step: number } | { budgetBytes: number }) => EncodedVectors;

function encoderOf(
  codec: EmbeddingCodec,
  patterns: readonly PatternData[],
  vectors: readonly Float32Array[],
): Encode {
  const embeddings = patterns.map(({ embedding }) => embedding);
  const references = asReferences(vectors);
  return (rate) => codec.encode(embeddings, { mode: 'download', references, rate });
}

interface Fitting {
  readonly encode: Encode;
  readonly finest: number | undefined;
  readonly coarsest: number | undefined;
  readonly build: (coded: EncodedVectors) => Snapshot;
  /** By how many bytes a snapshot is too large. */
  readonly overshoot: (snapshot: Snapshot) => number;
}

/** The snapshot at the finest step allowed that fits; undefined where none does. */
function codeFitting(fitting: Fitting): Snapshot | undefined {
  const { encode, build, overshoot, coarsest = COARSEST_STEP } = fitting;
  const finest = Math.min(fitting.finest ?? 0, coarsest);
  // Without a finest step, the coarsest tells what all but the embeddings take.
  let coded = encode({ step: finest > 0 ? finest : coarsest });
  let snapshot = build(coded);
  let excess = overshoot(snapshot);
  if (finest > 0 && excess <= 0) return snapshot;
  // Headers differ by a few bits with what they hold: what fits is known when it is built.
  for (let room = coded.bytes.length - excess; room > 0; room -= excess) {
    try {
      coded = encode({ budgetBytes: room });
    } catch (error) {
      if (isCodecError(error, 'budget-too-small')) return undefined;
      throw error;
    }
    if (coded.step < finest || coded.step > coarsest) return undefined;
    snapshot = build(coded);
    excess = overshoot(snapshot);
    if (excess <= 0) return snapshot;
  }
  return undefined;
}

function layerOf({ bytes, decoded }: EncodedVectors, patterns: readonly PatternData[]): Layer {
  const errors = decoded.map((vector, i) => errorOf(vector, patterns[i]?.embedding ?? vector));
  const codingError = toHeaderError(errors.reduce((most, error) => Math.max(most, error), 0));
  return { message: bytes, count: decoded.length, codingError };
}

/** The squared distance as a share of the exact vector's squared length. */
function errorOf(coded: Float32Array, exact: Float32Array): number {
  let [distance, length] = [0, 0];
  exact.forEach((value, i) => {
    const miss = value - (coded[i] ?? 0);
    distance += miss * miss;
    length += value * value;
  });
  return distance === 0 ? 0 : distance / length;
}

type Coded = Pick<Snapshot, 'generation' | 'layers' | 'vectors' | 'places'>;

function finish({ patterns: exact, ...publication }: Publication, coded: Coded): Snapshot {
  const patterns = exact.map((pattern, i) => {
    const embedding = coded.vectors[coded.places[i] ?? 0] ?? new Float32Array();
    const { id, genre, sampleCount, successRate } = pattern;
    return { id, genre, ...asCoded({ sampleCount, successRate }), embedding };
  });
  const content = { ...publication, patterns };
  return { ...content, ...coded, hash: hashSnapshot(content) };
}
