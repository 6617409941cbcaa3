import { isCodecError, type EmbeddingCodec, type EncodedVectors } from '@omega-tv/embedding-codec';
import { modeOfMessage } from '@omega-tv/embedding-codec/coding';
import {
  checkPorts,
  SyncError,
  systemRandom,
  validatePatternData,
  validateSyncDelta,
  type RandomSource,
  type SyncDelta,
} from '@omega-tv/types';
import { asReferences, codebookIdOf, coding, reading, type Codecs } from '../codecs.js';
import {
  findSection,
  readFrame,
  requireKind,
  requireSection,
  SectionType,
  writeFrame,
  type Frame,
  type Section,
} from '../container.js';
import { FieldReader } from '../fields/field-reader.js';
import { V2_LIMITS } from '../limits.js';
import { malformed } from '../malformed.js';
import { readDeltaHeader, writeDeltaHeader, type DeltaHeader } from '../sections/delta-header.js';
import { readEngagements, writeEngagements } from '../sections/engagements.js';
import { readPushedPatterns, writePushedPatterns } from '../sections/pushed-patterns.js';
import { readTaste, writeTaste } from '../sections/taste.js';
import type { Snapshot } from '../snapshot.js';
import { readLearning, writeLearning } from '../titles/delta-learning.js';

/** How fine the embeddings of a delta are. */
export interface DeltaRate {
  /** Of the whole frame, never exceeded; 16 KiB is the most. */
  readonly budgetBytes: number;
  /** The step of the quantiser where the budget allows it; absent: the finest that fits. */
  readonly step?: number;
  /** Where even this step does not fit, the frame is refused; default: the codec's coarsest. */
  readonly coarsestStep?: number;
}

export interface DeltaFrameOptions {
  /** Its embeddings are predicted from those of this snapshot, which the reader must have. */
  readonly base?: Snapshot;
  readonly rate: DeltaRate;
  /** Draws the dither's seed: TVs that share one share their error. Default: the machine's. */
  readonly random?: RandomSource;
}

export interface DeltaFrame {
  readonly bytes: Uint8Array;
  readonly meanCosine: number;
  readonly minCosine: number;
}

/**
 * Writes a delta in one frame: all but the embeddings exact, these at the step of the rate, or as
 * fine as fits.
 * @throws SyncError `invalid-pattern` for a pattern that breaks a rule, `serialization` for another
 * value that does, `compression-limit` where it does not fit, `invalid-config` for a bad `random`.
 */
export function encodeDeltaFrame(
  codec: EmbeddingCodec,
  delta: SyncDelta,
  { base, rate, random = systemRandom }: DeltaFrameOptions,
): DeltaFrame {
  checkPorts({ random });
  validateSyncDelta(delta);
  const { taste } = delta;
  const vectors = delta.patterns.map(({ embedding }) => embedding);
  if (taste?.kind === 'vector') vectors.push(taste.vector);
  const sections = [...sectionsOf(codec, delta, base), ...writeLearning(delta, random)];
  const bare = writeFrame({ kind: 'delta', sections });
  const budgetBytes = Math.min(rate.budgetBytes, V2_LIMITS.maxRequestBytes);
  if (vectors.length === 0) {
    if (!(bare.length <= budgetBytes)) throw tooLarge(bare.length, budgetBytes);
    return { bytes: bare, meanCosine: 1, minCosine: 1 };
  }
  const common = { mode: 'upload', random, references: referencesOf(base) } as const;
  const room = roomFor(budgetBytes - bare.length);
  const coded = coding(() => encodeAtStep() ?? encodeWithin());
  const embeddings = { type: SectionType.embeddings, payload: coded.bytes };
  const bytes = writeFrame({ kind: 'delta', sections: [...sections, embeddings] });
  return { bytes, ...fidelityOf(coded.cosines) };

  function encodeAtStep(): EncodedVectors | undefined {
    if (rate.step === undefined) return undefined;
    const atStep = codec.encode(vectors, { ...common, rate: { step: rate.step } });
    return atStep.bytes.length <= room ? atStep : undefined;
  }

  function encodeWithin(): EncodedVectors {
    const coarsest = rate.coarsestStep ?? COARSEST_STEP;
    try {
      const fitting = codec.encode(vectors, { ...common, rate: { budgetBytes: room } });
      if (fitting.step <= coarsest) return fitting;
    } catch (error) {
      if (!isCodecError(error, 'budget-too-small')) throw error;
    }
    const { bytes: least } = codec.encode(vectors, { ...common, rate: { step: coarsest } });
    throw tooLarge(bare.length + SECTION_BYTES + least.length, budgetBytes);
  }
}

/** The coarsest that the codec has. */
const COARSEST_STEP = 1;

function referencesOf(base: Snapshot | undefined): readonly Float32Array[] {
  return asReferences(base?.patterns.map(({ embedding }) => embedding) ?? []);
}

/** Type and length of the embeddings section. */
const SECTION_BYTES = 3;

/** What the payload of one more section may have, so that frame and section have `left` bytes. */
function roomFor(left: number): number {
  return left - (left - 2 < 0x80 ? 2 : left - 3 < 0x4000 ? 3 : 4);
}

function fidelityOf(cosines: readonly number[]) {
  const sum = cosines.reduce((total, cosine) => total + cosine, 0);
  const minCosine = cosines.reduce((least, cosine) => Math.min(least, cosine), 1);
  return { meanCosine: cosines.length === 0 ? 1 : sum / cosines.length, minCosine };
}

function tooLarge(size: number, limit: number): SyncError<'compression-limit'> {
  const message = `delta: takes ${size} bytes, but ${limit} are allowed; send fewer patterns or shorter names`;
  return new SyncError('compression-limit', message, { size, limit });
}

function sectionsOf(codec: EmbeddingCodec, delta: SyncDelta, base: Snapshot | undefined) {
  const { deviceId, position, version, timestamp, region, patterns, engagements, taste } = delta;
  const header: DeltaHeader = {
    codebookId: codebookIdOf(codec),
    deviceId,
    version,
    timestamp,
    ...(base === undefined ? {} : { base }),
    ...(position === undefined ? {} : { position }),
    ...(region === undefined ? {} : { region }),
  };
  const sections: Section[] = [{ type: SectionType.header, payload: writeDeltaHeader(header) }];
  if (patterns.length > 0) {
    sections.push({ type: SectionType.patterns, payload: writePushedPatterns(patterns) });
  }
  if (engagements !== undefined && engagements.length > 0) {
    sections.push({ type: SectionType.engagements, payload: writeEngagements(engagements) });
  }
  if (taste !== undefined) sections.push({ type: SectionType.taste, payload: writeTaste(taste) });
  return sections;
}

/** A delta as it arrived. */
export interface ReceivedDelta {
  readonly delta: SyncDelta;
  readonly header: DeltaHeader;
}

export interface DecodeDeltaOptions {
  /** Finds the snapshot that a delta names as its base; only asked where embeddings need it. */
  readonly findBase: (reference: NonNullable<DeltaHeader['base']>) => Snapshot | undefined;
  /** The newest version here, to be named where the base is not known. */
  readonly newestVersion?: number;
  /** For whoever adds deltas up: raw embeddings, whose error averages out. */
  readonly unbiased?: boolean;
  /** More patterns are refused before their embeddings are read. Default: what a frame may hold. */
  readonly maxPatterns?: number;
}

/**
 * Reads a delta frame.
 * @throws SyncError `version-conflict` where the base is unknown here; `compression-limit`,
 * `compression`, `protocol` or `invalid-pattern` for what is no frame of this protocol.
 */
export function decodeDeltaFrame(
  codecs: Codecs,
  bytes: Uint8Array,
  options: DecodeDeltaOptions,
): ReceivedDelta {
  const { findBase, newestVersion = 0, unbiased = false } = options;
  const { maxPatterns = V2_LIMITS.maxRequestPatterns } = options;
  const frame = readFrame(bytes, V2_LIMITS.maxRequestBytes);
  requireKind(frame, 'delta');
  return reading(() => {
    const header = readDeltaHeader(reader(requireSection(frame, SectionType.header, 'header')));
    const codec = codecs.find(header.codebookId);
    const metadata = read(frame, SectionType.patterns, (section) =>
      readPushedPatterns(reader(section)),
    );
    checkCount(metadata?.length ?? 0, maxPatterns);
    const engagements = read(frame, SectionType.engagements, (section) =>
      readEngagements(reader(section)),
    );
    const taste = findSection(frame, SectionType.taste);
    const sketch = taste === undefined ? undefined : readTaste(taste);
    const hasVector = taste !== undefined && sketch === undefined;
    const count = (metadata?.length ?? 0) + Number(hasVector);
    const vectors = count === 0 ? [] : decodeVectors(codec, frame, header, count);
    const patterns = (metadata ?? []).map((pattern, i) => ({
      ...pattern,
      embedding: vectors[i] ?? new Float32Array(),
    }));
    patterns.forEach(validatePatternData);
    const vector = hasVector ? vectors[vectors.length - 1] : undefined;
    const { deviceId, version, timestamp, position, region } = header;
    const delta: SyncDelta = {
      deviceId,
      version,
      timestamp,
      patterns,
      ...(position === undefined ? {} : { position }),
      ...(region === undefined ? {} : { region }),
      ...(engagements === undefined ? {} : { engagements }),
      ...(sketch === undefined ? {} : { taste: sketch }),
      ...(vector === undefined ? {} : { taste: { kind: 'vector', vector } }),
      ...readLearning(frame),
    };
    return { delta, header };
  });

  function decodeVectors(
    codec: EmbeddingCodec,
    frame: Frame,
    header: DeltaHeader,
    count: number,
  ): Float32Array[] {
    const base = header.base === undefined ? undefined : requireBase(header.base);
    const references = referencesOf(base);
    const message = requireSection(frame, SectionType.embeddings, 'embeddings');
    if (modeOfMessage(message) !== 'upload') throw malformed('a delta whose embeddings are biased');
    return codec.decode(message, { count, references, unbiased });
  }

  function requireBase(reference: NonNullable<DeltaHeader['base']>): Snapshot {
    const base = findBase(reference);
    if (base !== undefined) return base;
    const { stream, version } = reference;
    throw new SyncError(
      'version-conflict',
      `The delta is coded against version ${version} of ${stream}, whose content is not known here; send it without base`,
      { local: version, remote: newestVersion },
      { retryable: true },
    );
  }
}

function checkCount(count: number, limit: number): void {
  if (count <= limit) return;
  const path = `patterns[${limit}]`;
  const message = `delta: has ${count} patterns, but ${limit} are allowed; send fewer`;
  throw new SyncError('invalid-pattern', message, { path, value: count, limit: String(limit) });
}

function reader(payload: Uint8Array): FieldReader {
  return new FieldReader(payload);
}

function read<Value>(
  frame: Frame,
  type: number,
  readSection: (payload: Uint8Array) => Value,
): Value | undefined {
  const payload = findSection(frame, type);
  return payload === undefined ? undefined : readSection(payload);
}

/** Reads no more than whose delta a frame is. @throws SyncError as `decodeDeltaFrame`. */
export function readDeltaFrameHeader(bytes: Uint8Array): DeltaHeader {
  const frame = readFrame(bytes, V2_LIMITS.maxRequestBytes);
  requireKind(frame, 'delta');
  return reading(() =>
    readDeltaHeader(reader(requireSection(frame, SectionType.header, 'header'))),
  );
}
