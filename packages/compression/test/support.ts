import { loadCatalogue } from '@omega-tv/catalogue';
import {
  isSyncError,
  type GlobalPatterns,
  type PatternData,
  type SyncDelta,
  type TrendSignal,
} from '@omega-tv/types';
import { nativeZstd } from '../src/node/index.js';
import type { WireFormat } from '../src/index.js';

export { syncErrorOf } from '@omega-tv/test-support';

const TIMESTAMP = '2026-11-22T10:00:00.000Z';
const HEX_OF_SHORT_ID = 5;

/** Titles that no codebook or constant was fitted to. */
export const heldOutTitles = loadCatalogue().filter((title) => title.heldOut);

/** Full 32-bit floats: the catalogue's half floats repeat, which compresses better than life. */
export const embeddings: readonly Float32Array[] = heldOutTitles.map(({ embedding }) => {
  const length = Math.hypot(...embedding);
  return embedding.map((value) => value / length);
});

export function realPattern(index: number, change: Partial<PatternData> = {}): PatternData {
  return {
    id: `p${hashHex(index).slice(0, HEX_OF_SHORT_ID)}`,
    embedding: embeddings[index % embeddings.length]!,
    successRate: (70 + (index % 31)) / 100,
    sampleCount: 10 + ((7 * index) % 91),
    genre: heldOutTitles[index % heldOutTitles.length]!.genres[0],
    ...change,
  };
}

export function realPatterns(count: number, start = 0): readonly PatternData[] {
  return Array.from({ length: count }, (_, index) => realPattern(start + index));
}

export function deltaOf(
  patterns: readonly PatternData[],
  change: Partial<SyncDelta> = {},
): SyncDelta {
  return { deviceId: 'tv-3f9a12bc0', patterns, version: 12, timestamp: TIMESTAMP, ...change };
}

export function trend(index: number): TrendSignal {
  return {
    contentId: `film-${hashHex(index)}`,
    score: (1000 - index) / 10,
    region: 'DE',
    genre: 'drama',
    calculatedAt: TIMESTAMP,
  };
}

export function globalsOf(
  patterns: readonly PatternData[],
  trends: readonly TrendSignal[] = [],
): GlobalPatterns {
  return { patterns, trends, version: 13, timestamp: TIMESTAMP };
}

/** The decoders of a format, by name. */
export const decoders = ['decodeDelta', 'decodeGlobalPatterns'] as const;

/** Decodes hostile bytes: a valid value or a SyncError are fine, all else throws. */
export async function survives(
  format: WireFormat,
  decoder: (typeof decoders)[number],
  bytes: Uint8Array,
  validate: (value: never) => void,
): Promise<'decoded' | 'refused'> {
  try {
    validate((await format[decoder](bytes)) as never);
    return 'decoded';
  } catch (error) {
    if (isSyncError(error)) return 'refused';
    throw error;
  }
}

export function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

export function compressText(text: string): Promise<Uint8Array> {
  return nativeZstd.compress(utf8(text));
}

export function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'));
}

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(parts));
}

export const RAW = 0;
export const RLE = 1;
export const COMPRESSED = 2;

/** One zstd block: its header (RFC 8878 section 3.1.1.2) and content. */
export function block(type: number, size: number, content: Uint8Array, isLast = true): Uint8Array {
  const word = size * 8 + type * 2 + Number(isLast);
  return concat(Uint8Array.of(word & 255, (word >> 8) & 255, word >> 16), content);
}

/** The header of a v1 frame: no content size, no checksum, a window of 2 MiB. */
export const V1_HEADER = bytesOf('28b52ffd 0058');

/** A v1 frame that holds a short text in one raw block. */
export function rawFrame(text: string | Uint8Array): Uint8Array {
  const content = typeof text === 'string' ? utf8(text) : text;
  return concat(V1_HEADER, block(RAW, content.length, content));
}

function hashHex(index: number): string {
  return (Math.imul(index + 1, 0x9e3779b1) >>> 0).toString(16).padStart(8, '0');
}
