import type { EmbeddingCodec, EncodedVectors, VectorEncoder } from '@omega-tv/embedding-codec';
import { indexOfStep, stepOfMessage } from '@omega-tv/embedding-codec/coding';
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
import { mostFitting } from './fitting-count.js';
import { withFittingNames, type Publication } from './fitting-names.js';
import { COARSEST_STEP, codeFitting } from './fitting-step.js';
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
  /** What may be left over of the budget where it bounds the step: it saves codings. Default: a few bytes. */
  readonly spareBytes?: number;
  /** What to do where not all trends and patterns fit. Default: leave the last ones out. */
  readonly shortage?: 'drop' | 'refuse';
}

/** How many times the bytes of its first layer all layers of a generation may have. */
const MAX_GROWTH = 2;
/** No pattern takes less in a first layer: more are not tried. */
const LEAST_PATTERN_BYTES = 40;
/** What one takes there, as a rule. */
const TYPICAL_PATTERN_BYTES = 60;
/** A frame that takes this part of its budget has no room for another pattern worth a generation. */
const FULL_PART = 7 / 8;
/**
 * Makes a version's one content. A pattern that is still within the coding error of the version
 * before keeps its floats; one that moved, or is new, is coded once, predicted from what the version
 * before has, and no finer than that. When replaced embeddings have doubled what a generation
 * takes, or it no longer fits, a new one begins: then all patterns are coded anew.
 * Where not all fits, the last of the trends give way, then of the patterns, unless that is refused.
 * @throws SyncError `invalid-pattern` or `serialization` for global patterns that break a rule,
 * `compression-limit` where not all fits and it had to, or nothing at all does.
 */
export function publishSnapshot(
  codec: EmbeddingCodec,
  globals: GlobalPatterns,
  options: PublishSnapshotOptions,
): Snapshot {
  validateGlobalPatterns(globals);
  const { maxPatterns, maxTrends, maxResponseBytes } = V2_LIMITS;
  const budgetBytes = Math.min(options.budgetBytes, maxResponseBytes);
  if (options.shortage === 'refuse') {
    const { patterns, trends } = globals;
    if (trends.length > maxTrends) throw tooMany('trends', trends.length, maxTrends);
    if (patterns.length > maxPatterns) throw tooMany('patterns', patterns.length, maxPatterns);
  }
  const all = {
    stream: options.stream,
    version: globals.version,
    timestamp: toTimestamp(toUnixMs(globals.timestamp)),
    trends: globals.trends.slice(0, maxTrends),
    codebookId: codebookIdOf(codec),
    patterns: globals.patterns.slice(0, maxPatterns),
  };
  const publication =
    options.shortage === 'refuse'
      ? { ...all, trends: canonicalTrends(all.trends) }
      : withFittingNames(all, budgetBytes);
  const limited = { ...options, budgetBytes };
  return coding(() => {
    for (const patterns of continuations(publication.patterns, limited)) {
      const continued = continueGeneration(codec, { ...publication, patterns }, limited);
      if (continued !== undefined) return continued;
    }
    return beginGeneration(codec, publication, limited);
  });
}

/**
 * Which patterns a generation may go on with: all, unless they can never fit; else as many as it has,
 * where it leaves no room for more.
 */
function continuations(
  patterns: readonly PatternData[],
  { previous, budgetBytes, shortage }: PublishSnapshotOptions,
): readonly (readonly PatternData[])[] {
  if (previous === undefined) return [];
  if (shortage === 'refuse') return [patterns];
  const count = previous.patterns.length;
  const bytes = encodeSnapshotFrame(previous).length;
  const more = patterns.length - count;
  // What is coded already stays.
  const leastBytes = Math.max(
    patterns.length * LEAST_PATTERN_BYTES,
    more <= 0 ? 0 : bytes + more * LEAST_PATTERN_BYTES,
  );
  const mayFit = leastBytes <= budgetBytes;
  const isFull = bytes >= budgetBytes * FULL_PART;
  return [...(mayFit ? [patterns] : []), ...(isFull && more > 0 ? [patterns.slice(0, count)] : [])];
}

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
          encoder: encoderOf(codec, moved, previous.vectors),
          finest: stepOfMessage(first.message),
          coarsest: options.coarsestStep,
          spareBytes: options.spareBytes,
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
  options: PublishSnapshotOptions,
): Snapshot {
  const { budgetBytes, step, coarsestStep = COARSEST_STEP, shortage = 'drop' } = options;
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
  const encoder = encoderOf(codec, patterns, []);
  const coarsest = (count: number): Snapshot => {
    const some = patterns.slice(0, count);
    if (count === 0) return build(some);
    return build(some, encoder.encode({ step: coarsestStep }, count));
  };

  const { length } = patterns;
  const least = coarsest(shortage === 'refuse' ? length : 0);
  if (!(overshoot(least) <= 0)) throw doesNotFit(least, budgetBytes);
  const most =
    shortage === 'refuse'
      ? least
      : mostFitting({
          ...{ coarsest, overshoot, least, budgetBytes, count: length },
          bytesEach: bytesOfEach(options.previous, coarsestStep) ?? TYPICAL_PATTERN_BYTES,
        });
  if (length === 0 || most.patterns.length < length) return most;
  const finer = codeFitting({
    encoder,
    finest: step,
    coarsest: coarsestStep,
    atCoarsest: most,
    spareBytes: options.spareBytes,
    overshoot,
    build: (coded) => build(patterns, coded),
  });
  return finer ?? most;
}

function doesNotFit(snapshot: Snapshot, limit: number): SyncError {
  const size = encodeSnapshotFrame(snapshot).length;
  const { length } = snapshot.patterns;
  const message = `snapshot: takes ${size} bytes with ${length} ${length === 1 ? 'pattern' : 'patterns'}, but ${limit} are allowed; publish fewer trends or patterns`;
  return new SyncError('compression-limit', message, { size, limit });
}

/** What a pattern took in a version whose first layer is at this step, and of what is beside the layers. */
function bytesOfEach(previous: Snapshot | undefined, step: number): number | undefined {
  const [first] = previous?.layers ?? [];
  if (previous === undefined || first === undefined) return undefined;
  if (indexOfStep(stepOfMessage(first.message)) !== indexOfStep(step)) return undefined;
  const { layers, patterns } = previous;
  const coded = layers.reduce((sum, { message }) => sum + message.length, 0);
  const besides = encodeSnapshotFrame(previous).length - coded;
  return first.message.length / first.count + besides / patterns.length;
}

function encoderOf(
  codec: EmbeddingCodec,
  patterns: readonly PatternData[],
  vectors: readonly Float32Array[],
): VectorEncoder {
  const embeddings = patterns.map(({ embedding }) => embedding);
  return codec.prepare(embeddings, asReferences(vectors));
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
