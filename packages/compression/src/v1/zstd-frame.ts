import { SyncError } from '@omega-tv/types';

const MAGIC = 0xfd2fb528;
const SKIPPABLE_MAGIC = 0x184d2a50;
const BLOCK_HEADER_BYTES = 3;
const CHECKSUM_BYTES = 4;
/** Block_Maximum_Size, RFC 8878 section 3.1.1.2.4, where the window is not smaller. */
const MAX_BLOCK_BYTES = 128 * 1024;
/** The window that RFC 8878 section 3.1.1.1.2 recommends every decoder to support. */
const MAX_WINDOW_BYTES = 8 * 1024 * 1024;

const RAW = 0;
const RLE = 1;
const COMPRESSED = 2;

interface FrameHeader {
  readonly endBytes: number;
  readonly windowBytes: number;
  readonly contentBytes: number | undefined;
  readonly hasChecksum: boolean;
}

/**
 * Bounds what a Zstandard frame expands to, from its headers alone (RFC 8878 section 3.1.1):
 * a raw or RLE block counts its size, a compressed block the most that one may hold. The body
 * must be exactly one frame: nothing before it, nothing behind it, no dictionary, a window of at
 * most 8 MiB. Takes no memory and reads no block.
 * @returns the most bytes that the frame can expand to, at most `maxOutputBytes`.
 * @throws SyncError `compression` with the offset of what is malformed, `compression-limit` when
 * the frame may expand to more than `maxOutputBytes`.
 */
export function inspectZstdFrame(bytes: Uint8Array, maxOutputBytes: number): number {
  const header = readFrameHeader(bytes);
  if (header.contentBytes !== undefined) checkOutput(header.contentBytes, maxOutputBytes);
  const maxBlockBytes = Math.min(MAX_BLOCK_BYTES, header.windowBytes);
  let boundBytes = 0;
  let offset = header.endBytes;
  for (let isLast = false; !isLast;) {
    const word = readUint(bytes, offset, BLOCK_HEADER_BYTES, 'block header');
    isLast = (word & 1) === 1;
    const type = (word >> 1) & 3;
    const size = word >> 3;
    if (type !== RAW && type !== RLE && type !== COMPRESSED) {
      throw malformed(offset, 'a block of the reserved type 3');
    }
    if (size > maxBlockBytes) {
      throw malformed(offset, `a block of ${size} bytes where ${maxBlockBytes} is the most`);
    }
    boundBytes += type === COMPRESSED ? maxBlockBytes : size;
    checkOutput(boundBytes, maxOutputBytes);
    offset += BLOCK_HEADER_BYTES;
    offset = skip(bytes, offset, type === RLE ? 1 : size, 'block');
  }
  if (header.hasChecksum) offset = skip(bytes, offset, CHECKSUM_BYTES, 'content checksum');
  if (offset !== bytes.length) {
    throw malformed(offset, `${bytes.length - offset} bytes behind the end of the frame`);
  }
  return boundBytes;
}

/** Frame_Header, RFC 8878 section 3.1.1.1. */
function readFrameHeader(bytes: Uint8Array): FrameHeader {
  const magic = readUint(bytes, 0, 4, 'magic number');
  if ((magic & 0xfffffff0) >>> 0 === SKIPPABLE_MAGIC) throw malformed(0, 'a skippable frame');
  if (magic !== MAGIC) throw malformed(0, `the magic number 0x${magic.toString(16)}`);
  const descriptor = readUint(bytes, 4, 1, 'frame header descriptor');
  if ((descriptor & 0b1000) !== 0) throw malformed(4, 'a set reserved bit');
  if ((descriptor & 0b11) !== 0) throw malformed(4, 'a dictionary id');
  const isSingleSegment = (descriptor & 0b10_0000) !== 0;
  let offset = 5;
  let windowBytes = 0;
  if (!isSingleSegment) {
    windowBytes = windowSize(readUint(bytes, offset, 1, 'window descriptor'));
    if (windowBytes > MAX_WINDOW_BYTES) {
      throw malformed(offset, `a window of ${windowBytes} bytes, above ${MAX_WINDOW_BYTES}`);
    }
    offset += 1;
  }
  const sizeFlag = descriptor >> 6;
  const fieldBytes = sizeFlag === 0 ? Number(isSingleSegment) : 2 ** sizeFlag;
  const field = readUint(bytes, offset, fieldBytes, 'frame content size');
  const contentBytes = fieldBytes === 0 ? undefined : field + (fieldBytes === 2 ? 256 : 0);
  return {
    endBytes: offset + fieldBytes,
    windowBytes: isSingleSegment ? (contentBytes ?? 0) : windowBytes,
    contentBytes,
    hasChecksum: (descriptor & 0b100) !== 0,
  };
}

/** Window_Descriptor, RFC 8878 section 3.1.1.1.2. */
function windowSize(descriptor: number): number {
  const base = 2 ** (10 + (descriptor >> 3));
  return base + (base / 8) * (descriptor & 7);
}

/** Reads a little-endian integer; above 2^53 it is rounded, which still compares right. */
function readUint(bytes: Uint8Array, offset: number, length: number, what: string): number {
  skip(bytes, offset, length, what);
  return bytes
    .subarray(offset, offset + length)
    .reduceRight((value, byte) => value * 256 + byte, 0);
}

function skip(bytes: Uint8Array, offset: number, length: number, what: string): number {
  if (offset + length > bytes.length) {
    throw malformed(offset, `the end of the body inside its ${what}`);
  }
  return offset + length;
}

function checkOutput(size: number, limit: number): void {
  if (size <= limit) return;
  throw new SyncError(
    'compression-limit',
    `zstd frame: may expand to ${size} bytes or more, but ${limit} are allowed; send less in one body`,
    { size, limit },
  );
}

function malformed(offsetBytes: number, found: string): SyncError<'compression'> {
  return new SyncError(
    'compression',
    `zstd frame: ${found} at byte ${offsetBytes}; expected exactly one frame of RFC 8878`,
    { offsetBytes },
  );
}
