import { sha256 } from '@omega-tv/embedding-codec/coding';
import { SyncError } from '@omega-tv/types';
import { ByteReader, ByteWriter } from './bytes.js';
import { malformed } from './malformed.js';

/** What a frame is; the low four bits of its third byte. */
const FrameKind = { delta: 1, snapshot: 2, diff: 3, batch: 4, answer: 5 } as const;

export type FrameKindName = keyof typeof FrameKind;

/**
 * What a section holds. Readers skip types that they do not know; those that are reserved have no
 * layout yet.
 */
export const SectionType = {
  header: 1,
  patterns: 2,
  /** One message of the embedding codec; a snapshot may have several, in order. */
  embeddings: 3,
  engagements: 4,
  taste: 5,
  trends: 6,
  receipt: 7,
  syncWindow: 8,
  /** A whole frame: the deltas of a batch, the snapshot of an answer. */
  frame: 9,
  reservedLens: 10,
  reservedTrendVectors: 11,
  reservedExposures: 12,
  reservedHealth: 13,
  reservedSignature: 14,
  viewerFactors: 16,
  titles: 19,
  heldTitles: 20,
  hits: 21,
} as const;

export interface Section {
  readonly type: number;
  readonly payload: Uint8Array;
}

export interface Frame {
  readonly kind: FrameKindName;
  readonly sections: readonly Section[];
}

/** "Ω" in UTF-8. */
const MAGIC = 0xcea9;
const MAJOR_VERSION = 2;
const MAX_SECTIONS = 512;
/** The first bytes of the SHA-256 of all before them. */
export const CHECKSUM_BYTES = 4;
const REPEATABLE: ReadonlySet<number> = new Set([SectionType.embeddings, SectionType.frame]);

/** Magic, version and kind, sections of type, length and payload, checksum. */
export function writeFrame({ kind, sections }: Frame): Uint8Array {
  const writer = new ByteWriter();
  writer.u16(MAGIC);
  writer.u8((MAJOR_VERSION << 4) | FrameKind[kind]);
  for (const { type, payload } of sections) {
    writer.u8(type);
    writer.run(payload);
  }
  const body = writer.toBytes();
  const bytes = new Uint8Array(body.length + CHECKSUM_BYTES);
  bytes.set(body);
  bytes.set(sha256(body).subarray(0, CHECKSUM_BYTES), body.length);
  return bytes;
}

/**
 * Reads a frame's sections; those of unknown types are among them.
 * @throws SyncError `compression-limit` above `maxBytes`, `protocol` for another major version,
 * `compression` for anything else.
 */
export function readFrame(bytes: Uint8Array, maxBytes: number): Frame {
  if (bytes.length > maxBytes) {
    const message = `frame: has ${bytes.length} bytes, but ${maxBytes} are allowed`;
    throw new SyncError('compression-limit', message, { size: bytes.length, limit: maxBytes });
  }
  const reader = new ByteReader(bytes.subarray(0, Math.max(0, bytes.length - CHECKSUM_BYTES)));
  if (reader.u16() !== MAGIC) throw malformed('does not begin with the magic number ce a9');
  const head = reader.u8();
  if (head >> 4 !== MAJOR_VERSION) {
    const message = `frame: is of version ${head >> 4}; this side reads version ${MAJOR_VERSION}`;
    throw new SyncError('protocol', message, { path: 'version' });
  }
  const checksum = sha256(reader.bytes).subarray(0, CHECKSUM_BYTES);
  if (checksum.some((byte, i) => byte !== bytes[reader.bytes.length + i])) {
    throw malformed('its checksum does not match');
  }
  const kind = kindOf(head & 15);
  const sections: Section[] = [];
  while (reader.left > 0) {
    const type = reader.u8();
    if (sections.length === MAX_SECTIONS) throw malformed(`more than ${MAX_SECTIONS} sections`);
    if (!REPEATABLE.has(type) && sections.some((section) => section.type === type)) {
      throw malformed(`a second section of type ${type}`);
    }
    sections.push({ type, payload: reader.run() });
  }
  return { kind, sections };
}

function kindOf(code: number): FrameKindName {
  for (const [name, value] of Object.entries(FrameKind)) {
    if (value === code) return name as FrameKindName;
  }
  throw new SyncError('protocol', `frame: kind ${code} is unknown`, { path: 'kind' });
}

/** The payload of a section that has to be there. */
export function requireSection(frame: Frame, type: number, name: string): Uint8Array {
  const section = findSection(frame, type);
  if (section === undefined) throw malformed(`a ${frame.kind} without its ${name} section`);
  return section;
}

export function findSection({ sections }: Frame, type: number): Uint8Array | undefined {
  return sections.find((section) => section.type === type)?.payload;
}

export function findSections({ sections }: Frame, type: number): readonly Uint8Array[] {
  return sections.filter((section) => section.type === type).map(({ payload }) => payload);
}

/** @throws SyncError `protocol` for a frame of another kind. */
export function requireKind(frame: Frame, ...kinds: readonly FrameKindName[]): void {
  if (kinds.includes(frame.kind)) return;
  const message = `frame: is of kind ${frame.kind}; expected ${kinds.join(' or ')}`;
  throw new SyncError('protocol', message, { path: 'kind' });
}
