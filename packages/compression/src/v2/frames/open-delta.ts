import type { EmbeddingCodec } from '@omega-tv/embedding-codec';
import { modeOfMessage } from '@omega-tv/embedding-codec/coding';
import {
  SyncError,
  validatePatternData,
  type PushedPattern,
  type SyncDelta,
  type Taste,
} from '@omega-tv/types';
import { reading, referencesOf, type Codecs } from '../codecs.js';
import {
  findSection,
  readFrame,
  requireKind,
  requireSection,
  SectionType,
  type Frame,
} from '../container.js';
import { FieldReader } from '../fields/field-reader.js';
import { V2_LIMITS } from '../limits.js';
import { malformed } from '../malformed.js';
import { readDeltaCapabilities } from '../sections/capabilities.js';
import { readDeltaHeader, type DeltaHeader } from '../sections/delta-header.js';
import { readEngagements } from '../sections/engagements.js';
import { readPushedPatterns, type PushedMetadata } from '../sections/pushed-patterns.js';
import { readTaste } from '../sections/taste.js';
import { readLearning } from '../titles/delta-learning.js';
import type { Snapshot } from '../snapshot.js';

/** All that a delta says but for its embeddings: what positions and receipts go by. */
export interface DeltaOutline extends Omit<SyncDelta, 'patterns' | 'taste'> {
  readonly patterns: readonly PushedMetadata[];
  readonly taste?: Pick<Taste, 'kind'>;
}

/** A delta as it arrived; its embeddings, which cost most of the time, are not decoded yet. */
export interface OpenedDelta {
  readonly header: DeltaHeader;
  readonly outline: DeltaOutline;
  /** @throws SyncError as `decodeDeltaFrame`. */
  readonly decode: (options: DecodeDeltaOptions) => SyncDelta;
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
  const opened = openDeltaFrame(codecs, bytes);
  return { delta: opened.decode(options), header: opened.header };
}

/**
 * Reads a delta frame up to its embeddings.
 * @throws SyncError `compression-limit`, `compression`, `protocol` or `invalid-pattern`.
 */
export function openDeltaFrame(codecs: Codecs, bytes: Uint8Array): OpenedDelta {
  const frame = readFrame(bytes, V2_LIMITS.maxRequestBytes);
  requireKind(frame, 'delta');
  return reading(() => {
    const header = readDeltaHeader(reader(requireSection(frame, SectionType.header, 'header')));
    const codec = codecs.find(header.codebookId);
    const outline = readOutline(frame, header);
    return {
      header,
      outline,
      decode: (options) => reading(() => decode(codec, frame, { header, outline }, options)),
    };
  });
}

function readOutline(frame: Frame, header: DeltaHeader): DeltaOutline {
  const { deviceId, version, timestamp, position, region } = header;
  const patterns = findSection(frame, SectionType.patterns);
  const engagements = findSection(frame, SectionType.engagements);
  const taste = findSection(frame, SectionType.taste);
  const capabilities = findSection(frame, SectionType.capabilities);
  return {
    deviceId,
    version,
    timestamp,
    patterns: patterns === undefined ? [] : readPushedPatterns(reader(patterns)),
    ...(position === undefined ? {} : { position }),
    ...(region === undefined ? {} : { region }),
    ...(engagements === undefined ? {} : { engagements: readEngagements(reader(engagements)) }),
    ...(taste === undefined ? {} : { taste: readTaste(taste) ?? { kind: 'vector' } }),
    ...(capabilities === undefined ? {} : readDeltaCapabilities(capabilities)),
    ...readLearning(frame),
  };
}

function decode(
  codec: EmbeddingCodec,
  frame: Frame,
  { header, outline }: Pick<OpenedDelta, 'header' | 'outline'>,
  options: DecodeDeltaOptions,
): SyncDelta {
  const { patterns: metadata, taste: outlined, ...rest } = outline;
  checkCount(metadata.length, options.maxPatterns ?? V2_LIMITS.maxRequestPatterns);
  const count = metadata.length + Number(outlined?.kind === 'vector');
  const vectors = count === 0 ? [] : decodeVectors(codec, frame, header, count, options);
  const patterns = metadata.map((pattern, i): PushedPattern => ({
    ...pattern,
    embedding: vectors[i] ?? new Float32Array(),
  }));
  patterns.forEach(validatePatternData);
  const vector = vectors[metadata.length];
  const taste: Taste | undefined =
    vector === undefined ? (outlined as Taste | undefined) : { kind: 'vector', vector };
  return { ...rest, patterns, ...(taste === undefined ? {} : { taste }) };
}

function decodeVectors(
  codec: EmbeddingCodec,
  frame: Frame,
  header: DeltaHeader,
  count: number,
  options: DecodeDeltaOptions,
): Float32Array[] {
  const base = header.base === undefined ? undefined : requireBase(header.base, options);
  const references = referencesOf(base);
  const message = requireSection(frame, SectionType.embeddings, 'embeddings');
  if (modeOfMessage(message) !== 'upload') throw malformed('a delta whose embeddings are biased');
  return codec.decode(message, { count, references, unbiased: options.unbiased ?? false });
}

function requireBase(
  reference: NonNullable<DeltaHeader['base']>,
  { findBase, newestVersion = 0 }: DecodeDeltaOptions,
): Snapshot {
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

function checkCount(count: number, limit: number): void {
  if (count <= limit) return;
  const path = `patterns[${limit}]`;
  const message = `delta: has ${count} patterns, but ${limit} are allowed; send fewer`;
  throw new SyncError('invalid-pattern', message, { path, value: count, limit: String(limit) });
}

function reader(payload: Uint8Array): FieldReader {
  return new FieldReader(payload);
}

/** Reads no more than whose delta a frame is. @throws SyncError as `decodeDeltaFrame`. */
export function readDeltaFrameHeader(bytes: Uint8Array): DeltaHeader {
  const frame = readFrame(bytes, V2_LIMITS.maxRequestBytes);
  requireKind(frame, 'delta');
  return reading(() =>
    readDeltaHeader(reader(requireSection(frame, SectionType.header, 'header'))),
  );
}
