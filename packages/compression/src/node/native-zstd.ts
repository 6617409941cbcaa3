import zstd from '@mongodb-js/zstd';
import type { ZstdCodec } from '../v1/zstd-codec.js';

/**
 * libzstd through a native addon, off the main thread. Level 3; its frames carry neither content
 * size nor checksum, and its decompress has no cap, so give it inspected frames only.
 */
export const nativeZstd: ZstdCodec = {
  compress: async (bytes) => toPlainArray(await zstd.compress(toBuffer(bytes))),
  decompress: async (frame) => toPlainArray(await zstd.decompress(toBuffer(frame))),
};

/** The addon takes Buffers only. Shares the memory. */
function toBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** A Buffer behaves unlike a Uint8Array where it is sliced or printed as JSON. */
function toPlainArray(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}
