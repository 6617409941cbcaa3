import { modeOfMessage } from '@omega-tv/embedding-codec/coding';
import { SyncError, type SnapshotReference } from '@omega-tv/types';
import { asReferences, reading, type Codecs } from '../codecs.js';
import {
  findSections,
  readFrame,
  requireKind,
  requireSection,
  SectionType,
  writeFrame,
  type Frame,
} from '../container.js';
import { FieldReader } from '../fields/field-reader.js';
import { V2_LIMITS } from '../limits.js';
import { malformed } from '../malformed.js';
import { readSnapshotHeader, writeSnapshotHeader } from '../sections/snapshot-header.js';
import {
  readSnapshotPatterns,
  writeSnapshotPatterns,
  type PlacedMetadata,
} from '../sections/snapshot-patterns.js';
import { readTrends, writeTrends } from '../sections/trends.js';
import { hashSnapshot, isSameSnapshot, type Layer, type Snapshot } from '../snapshot.js';
import { toUnixMs } from '../timestamps.js';

/** Writes all of a snapshot. Snapshots with one content give the same bytes. */
export function encodeSnapshotFrame(snapshot: Snapshot): Uint8Array {
  return encode(snapshot, undefined);
}

/** True when a diff can be made from `base`: what is coded in it predicts from what the base has. */
export function canDiff(base: Snapshot, snapshot: Snapshot): boolean {
  return (
    base.stream === snapshot.stream &&
    base.generation === snapshot.generation &&
    base.codebookId === snapshot.codebookId &&
    base.layers.length <= snapshot.layers.length &&
    base.layers.every(({ message }, i) => isSame(message, snapshot.layers[i]?.message))
  );
}

/**
 * Writes what a snapshot has and `base` lacks.
 * @throws SyncError `compression` where the two are not of one generation (`canDiff`).
 */
export function encodeDiffFrame(base: Snapshot, snapshot: Snapshot): Uint8Array {
  if (!canDiff(base, snapshot)) throw malformed('a diff between two generations');
  return encode(snapshot, base);
}

function encode(snapshot: Snapshot, base: Snapshot | undefined): Uint8Array {
  const { codebookId, generation, timestamp, layers, trends } = snapshot;
  const added = layers.slice(base?.layers.length ?? 0);
  const header = writeSnapshotHeader({
    codebookId,
    reference: snapshot,
    ...(base === undefined ? {} : { base }),
    timestamp,
    generation,
    layers: added,
  });
  const patterns = writeSnapshotPatterns(
    placed(snapshot),
    base === undefined ? [] : placed(base),
    base?.vectors.length ?? 0,
  );
  return writeFrame({
    kind: base === undefined ? 'snapshot' : 'diff',
    sections: [
      { type: SectionType.header, payload: header },
      { type: SectionType.patterns, payload: patterns },
      ...added.map(({ message }) => ({ type: SectionType.embeddings, payload: message })),
      {
        type: SectionType.trends,
        payload: writeTrends(trends, base?.trends ?? [], toUnixMs(timestamp)),
      },
    ],
  });
}

function placed({ patterns, places }: Snapshot): readonly PlacedMetadata[] {
  return patterns.map(({ id, genre, sampleCount, successRate }, i) => ({
    id,
    genre,
    sampleCount,
    successRate,
    place: places[i] ?? 0,
  }));
}

/** The base that a frame starts from; undefined for a full one. @throws SyncError as below. */
export function readSnapshotFrameBase(bytes: Uint8Array): SnapshotReference | undefined {
  const frame = readFrame(bytes, V2_LIMITS.maxResponseBytes);
  requireKind(frame, 'snapshot', 'diff');
  return reading(() => readHeader(frame).base);
}

/**
 * Reads a snapshot from a frame, full or diff.
 * @param base what the reader holds; a diff needs the one that it names.
 * @throws SyncError `version-conflict` where a diff is not to `base`; `compression-limit`,
 * `compression` or `protocol` for what is no frame of this protocol, or does not make the content
 * whose hash it names.
 */
export function decodeSnapshotFrame(codecs: Codecs, bytes: Uint8Array, base?: Snapshot): Snapshot {
  const frame = readFrame(bytes, V2_LIMITS.maxResponseBytes);
  requireKind(frame, 'snapshot', 'diff');
  return reading(() => decode(codecs, frame, base));
}

function readHeader(frame: Frame) {
  const header = readSnapshotHeader(
    new FieldReader(requireSection(frame, SectionType.header, 'header')),
  );
  if ((header.base === undefined) !== (frame.kind === 'snapshot')) {
    throw malformed(`a ${frame.kind} ${header.base === undefined ? 'without' : 'with'} base`);
  }
  return header;
}

function decode(codecs: Codecs, frame: Frame, held: Snapshot | undefined): Snapshot {
  const header = readHeader(frame);
  const { reference, codebookId, generation, timestamp } = header;
  if (header.base !== undefined && !isSameSnapshot(header.base, held)) {
    throw unknownBase(header.base, held);
  }
  const base = header.base === undefined ? undefined : held;
  if (base !== undefined && (base.generation !== generation || base.codebookId !== codebookId)) {
    throw malformed('a diff to another generation');
  }
  const messages = findSections(frame, SectionType.embeddings);
  const added = header.layers;
  if (messages.length !== added.length) {
    throw malformed(`${messages.length} embeddings sections where its header has ${added.length}`);
  }
  const codec = codecs.find(codebookId);
  const layers: Layer[] = [...(base?.layers ?? [])];
  const vectors: Float32Array[] = [...(base?.vectors ?? [])];
  const known = vectors.length;
  const total = added.reduce((sum, { count }) => sum + count, known);
  if (total > V2_LIMITS.maxVectors) throw malformed(`${total} embeddings`);
  added.forEach((layer, i) => {
    const message = messages[i] ?? new Uint8Array();
    const { count } = layer;
    if (modeOfMessage(message) !== 'download') throw malformed('a layer that is dithered');
    vectors.push(...codec.decode(message, { count, references: asReferences(vectors) }));
    layers.push({ ...layer, message: message.slice() });
  });
  const metadata = readSnapshotPatterns(
    new FieldReader(requireSection(frame, SectionType.patterns, 'patterns')),
    base === undefined ? [] : placed(base),
    known,
  );
  const trends = readTrends(
    new FieldReader(requireSection(frame, SectionType.trends, 'trends')),
    base?.trends ?? [],
    toUnixMs(timestamp),
  );
  const patterns = metadata.map(({ place, ...pattern }) => {
    const embedding = vectors[place];
    if (embedding === undefined) throw malformed(`embedding: there is none at place ${place}`);
    return { ...pattern, embedding };
  });
  const { stream, version, hash } = reference;
  const content = { stream, version, timestamp, patterns, trends };
  if (hashSnapshot(content) !== hash) {
    throw malformed(`version ${version} of ${stream} does not have the content of its hash`);
  }
  const places = metadata.map(({ place }) => place);
  return { ...content, hash, generation, codebookId, layers, vectors, places };
}

function unknownBase(base: SnapshotReference, held: Snapshot | undefined) {
  const message = `The diff starts from version ${base.version} of ${base.stream} (${base.hash}), which is not held here`;
  const details = { local: held?.version ?? NaN, remote: base.version };
  return new SyncError('version-conflict', message, details, { retryable: true });
}

function isSame(a: Uint8Array, b: Uint8Array | undefined): boolean {
  return a.length === b?.length && a.every((byte, i) => byte === b[i]);
}
