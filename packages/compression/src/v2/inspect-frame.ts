import { stepOfMessage } from '@omega-tv/embedding-codec/coding';
import { isSyncError } from '@omega-tv/types';
import { reading } from './codecs.js';
import {
  CHECKSUM_BYTES,
  readFrame,
  requireSection,
  SectionType,
  type Frame,
  type Section,
} from './container.js';
import { FieldReader, type FieldCosts } from './fields/field-reader.js';
import { V2_LIMITS } from './limits.js';
import { readDeltaHeader } from './sections/delta-header.js';
import { readEngagements } from './sections/engagements.js';
import { readPushedPatterns } from './sections/pushed-patterns.js';
import { readSnapshotHeader } from './sections/snapshot-header.js';
import { readSnapshotPatterns } from './sections/snapshot-patterns.js';
import { readTrends } from './sections/trends.js';
import { toUnixMs } from './timestamps.js';

/** What one part of a frame costs. */
export interface FramePart {
  readonly name: string;
  readonly bits: number;
  /** What it says, for people. */
  readonly value?: string;
  readonly parts: readonly FramePart[];
}

/** What a frame is, and what each of its parts costs; the parts add up to the whole. */
export interface FrameInspection {
  readonly kind: Frame['kind'];
  readonly bytes: number;
  readonly parts: readonly FramePart[];
}

const MAX_BYTES = Math.max(V2_LIMITS.maxRequestBytes, V2_LIMITS.maxResponseBytes);

const NAMES = new Map(
  Object.entries(SectionType).map(([name, type]) => [type as number, toWords(name)] as const),
);

/**
 * Takes a frame apart without the snapshot or codebook that decoding it needs.
 * @throws SyncError as the frame's decoder, for what is no frame.
 */
export function inspectFrame(bytes: Uint8Array): FrameInspection {
  const frame = readFrame(bytes, MAX_BYTES);
  return { kind: frame.kind, bytes: bytes.length, parts: inspectParts(frame, bytes.length) };
}

function inspectParts(frame: Frame, bytes: number): readonly FramePart[] {
  const payloads = frame.sections.reduce((sum, { payload }) => sum + payload.length, 0);
  const bits = 8 * (bytes - payloads - CHECKSUM_BYTES);
  const value = 'magic, version, section types, lengths';
  return [
    { name: 'framing', bits, value, parts: [] },
    ...frame.sections.map((section) => inspectSection(frame, section)),
    { name: 'checksum', bits: 8 * CHECKSUM_BYTES, parts: [] },
  ];
}

function inspectSection(frame: Frame, { type, payload }: Section): FramePart {
  const name = NAMES.get(type) ?? `unknown (${type})`;
  const part = { name, bits: 8 * payload.length };
  if (type === SectionType.embeddings) {
    return {
      ...part,
      value: `step ${reading(() => stepOfMessage(payload)).toFixed(4)}`,
      parts: [],
    };
  }
  if (type === SectionType.frame) return { ...part, ...inspectNested(frame, payload) };
  const read = readers[frame.kind]?.[type];
  if (read === undefined) return { ...part, parts: [] };
  const costs: FieldCosts = new Map();
  const reader = new FieldReader(payload, costs);
  const value = reading(() => read(reader, frame));
  const fields = [...costs].map(([field, bits]) => ({ name: field, bits, parts: [] }));
  const used = fields.reduce((sum, { bits }) => sum + bits, 0);
  const end = { name: 'end of the range coder', bits: 8 * payload.length - used, parts: [] };
  return { ...part, value, parts: [...fields, end] };
}

/** Which kinds of frame a frame holds: those need no further level, so a hostile one has none. */
const NESTED: Partial<Record<Frame['kind'], readonly Frame['kind'][]>> = {
  batch: ['delta'],
  answer: ['snapshot', 'diff'],
};

/** A batch or an answer is good even where a frame inside is not: that is said in its place. */
function inspectNested(outer: Frame, bytes: Uint8Array): Pick<FramePart, 'value' | 'parts'> {
  try {
    const frame = readFrame(bytes, MAX_BYTES);
    if (NESTED[outer.kind]?.includes(frame.kind) !== true) return { value: frame.kind, parts: [] };
    return { value: frame.kind, parts: inspectParts(frame, bytes.length) };
  } catch (error) {
    if (isSyncError(error)) return { value: error.message, parts: [] };
    throw error;
  }
}

type Describe = (reader: FieldReader, frame: Frame) => string;

/** Sections that can be read on their own, by kind of frame and type of section. */
const readers: Partial<Record<Frame['kind'], Partial<Record<number, Describe>>>> = {
  delta: {
    [SectionType.header]: (reader) => {
      const { deviceId, position, base, version, timestamp } = readDeltaHeader(reader);
      const at = position === undefined ? '' : `, seq ${position.seq}`;
      const against = base === undefined ? 'no base' : `base ${base.stream} ${base.version}`;
      return `device ${deviceId}${at}, version ${version}, ${against}, ${timestamp}`;
    },
    [SectionType.patterns]: (reader) => count(readPushedPatterns(reader).length, 'pattern'),
    [SectionType.engagements]: (reader) => count(readEngagements(reader).length, 'title'),
  },
  snapshot: {
    [SectionType.header]: describeSnapshot,
    [SectionType.patterns]: (reader) =>
      count(readSnapshotPatterns(reader, [], 0).length, 'pattern'),
    [SectionType.trends]: (reader, frame) => {
      const header = new FieldReader(requireSection(frame, SectionType.header, 'header'));
      const publishedMs = toUnixMs(readSnapshotHeader(header).timestamp);
      return count(readTrends(reader, [], publishedMs).length, 'trend');
    },
  },
  diff: { [SectionType.header]: describeSnapshot },
};

function describeSnapshot(reader: FieldReader): string {
  const { reference, base, layers, timestamp } = readSnapshotHeader(reader);
  const from = base === undefined ? '' : ` from ${base.version}`;
  const counts = layers.map((layer) => layer.count);
  const embeddings = counts.join() === '1' ? '1 embedding' : `${counts.join(' + ')} embeddings`;
  return `${reference.stream} ${reference.version}${from}, ${embeddings}, ${timestamp}`;
}

function count(items: number, noun: string): string {
  return `${items} ${noun}${items === 1 ? '' : 's'}`;
}

function toWords(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
