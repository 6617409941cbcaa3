import { sha256 } from '@omega-tv/embedding-codec/coding';
import type { GlobalPatterns, PatternData, SnapshotReference, TrendSignal } from '@omega-tv/types';
import { ByteWriter, toHex } from './bytes.js';
import { CONTENT_HASH_BYTES, toContentHash } from './content-hash.js';
import { toUnixMs } from './timestamps.js';

/** One message of the embedding codec, in a snapshot. */
export interface Layer {
  readonly message: Uint8Array;
  /** How many embeddings it holds. */
  readonly count: number;
  /**
   * The largest squared distance of an embedding to what it stands for, as a share of the square of
   * its length: an embedding that moved no farther than this is not coded again.
   */
  readonly codingError: number;
}

/**
 * One published version of a stream. It has exactly one content: every frame of it, full or diff,
 * decodes to the same floats, and `hash` covers all of it.
 *
 * Its embeddings are coded in layers: the first holds all patterns of the version that began the
 * generation, each further one those that a later version added or moved. What a layer predicts
 * from are the embeddings of all layers before it, so a frame of a version is its metadata and its
 * layers, and a diff the layers that the base lacks.
 */
export interface Snapshot extends SnapshotReference, GlobalPatterns {
  /** The version whose patterns are in the first layer. */
  readonly generation: number;
  /** Of the codebook that the layers are coded with. */
  readonly codebookId: string;
  readonly layers: readonly Layer[];
  /** Embeddings of all layers, in order; of those replaced too. */
  readonly vectors: readonly Float32Array[];
  /** Which of `vectors` is the embedding of each pattern. */
  readonly places: readonly number[];
}

export type SnapshotContent = Pick<
  Snapshot,
  'stream' | 'version' | 'timestamp' | 'patterns' | 'trends'
>;

const HASH_BYTES = 8;

/** The first 64 bits of the SHA-256 of a snapshot's content, as hexadecimal digits. */
export function hashSnapshot({
  stream,
  version,
  timestamp,
  patterns,
  trends,
}: SnapshotContent): string {
  const writer = new ByteWriter();
  writer.text(stream);
  writer.varint(version);
  writer.varint(toUnixMs(timestamp));
  writer.varint(patterns.length);
  for (const pattern of patterns) {
    writePattern(writer, pattern);
    for (const value of pattern.embedding) writer.f32(value);
  }
  writer.varint(trends.length);
  for (const trend of trends) writeTrend(writer, trend);
  return toHex(sha256(writer.toBytes()).subarray(0, HASH_BYTES));
}

function writePattern(writer: ByteWriter, pattern: Omit<PatternData, 'embedding'>): void {
  writer.text(pattern.id);
  writer.text(pattern.genre);
  writer.f64(pattern.successRate);
  writer.varint(pattern.sampleCount);
}

function writeTrend(writer: ByteWriter, trend: TrendSignal): void {
  writer.hex('content hash', toContentHash(trend.contentId), CONTENT_HASH_BYTES);
  writer.f64(trend.score);
  writer.text(trend.region);
  writer.text(trend.genre);
  writer.varint(toUnixMs(trend.calculatedAt));
}

/** True for two names of the same content. */
export function isSameSnapshot(
  a: SnapshotReference | undefined,
  b: SnapshotReference | undefined,
): boolean {
  return a !== undefined && a.stream === b?.stream && a.version === b.version && a.hash === b.hash;
}

/** Tells the patterns of a snapshot apart; a NUL in an id must not make two of them one. */
export function keyOf({ id, genre }: Pick<PatternData, 'id' | 'genre'>): string {
  return `${id.length} ${id}${genre}`;
}
