import {
  isCodecError,
  type CodecRate,
  type EmbeddingCodec,
  type EncodedVectors,
} from '@omega-tv/embedding-codec';
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
import { withFittingNames, type Publication } from './fitting-names.js';
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
/** Codings that look for the number of patterns that fit; each takes as long as what it codes. */
const MAX_COUNTS = 4;
/** The coarsest that the codec has. */
const COARSEST_STEP = 1;

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
  const coarsest = (count: number): Snapshot => {
    const some = patterns.slice(0, count);
    if (count === 0) return build(some);
    return build(some, encoderOf(codec, some, [])({ step: coarsestStep }));
  };

  const { length } = patterns;
  const least = coarsest(shortage === 'refuse' ? length : 0);
  if (!(overshoot(least) <= 0)) throw doesNotFit(least, budgetBytes);
  const most =
    shortage === 'refuse'
      ? least
      : mostFitting({
          ...{ coarsest, overshoot, least, budgetBytes, count: length },
          bytesEach: bytesOfEach(options.previous) ?? TYPICAL_PATTERN_BYTES,
        });
  if (length === 0 || most.patterns.length < length) return most;
  const finer = codeFitting({
    encode: encoderOf(codec, patterns, []),
    finest: step,
    coarsest: coarsestStep,
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

interface Counting {
  readonly coarsest: (count: number) => Snapshot;
  readonly overshoot: (snapshot: Snapshot) => number;
  /** The snapshot without patterns, which fits. */
  readonly least: Snapshot;
  readonly budgetBytes: number;
  /** Of all patterns. */
  readonly count: number;
  /** What a pattern may take. */
  readonly bytesEach: number;
}

/** What a pattern took in a version's first layer, and what it took of all beside the layers. */
function bytesOfEach(previous: Snapshot | undefined): number | undefined {
  const [first] = previous?.layers ?? [];
  if (previous === undefined || first === undefined) return undefined;
  const { layers, patterns } = previous;
  const coded = layers.reduce((sum, { message }) => sum + message.length, 0);
  const besides = encodeSnapshotFrame(previous).length - coded;
  return first.message.length / first.count + besides / patterns.length;
}

/**
 * The snapshot of the first patterns that fit at the coarsest step: their number is guessed, then
 * corrected by what they took, so that the work is a few times what fits, however many there are.
 */
function mostFitting(counting: Counting): Snapshot {
  const { coarsest, overshoot, least, budgetBytes, count } = counting;
  const bareBytes = budgetBytes + overshoot(least);
  let [best, fitting, tooMany] = [least, 0, count + 1];
  let { bytesEach } = counting;
  for (
    let coding = 0;
    (coding < MAX_COUNTS || fitting === 0) && tooMany - fitting > 1;
    coding += 1
  ) {
    const guess = Math.floor((budgetBytes - bareBytes) / bytesEach);
    const next = Math.min(Math.max(guess, fitting + 1), tooMany - 1);
    const snapshot = coarsest(next);
    const excess = overshoot(snapshot);
    if (excess <= 0) [best, fitting] = [snapshot, next];
    else tooMany = next;
    bytesEach = (budgetBytes + excess - bareBytes) / next;
    if (excess <= 0 && -excess < bytesEach) break;
  }
  return best;
}

type Encode = (rate: CodecRate) => EncodedVectors;

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
  // The codec has no step between.
  if (finest > 0 && indexOfStep(finest) <= indexOfStep(coarsest)) return undefined;
  let near: { near?: number } = {};
  // Headers differ by a few bits with what they hold: what fits is known when it is built.
  for (let room = coded.bytes.length - excess; room > 0; room -= excess) {
    try {
      coded = encode({ budgetBytes: room, ...near });
      near = { near: coded.step };
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
