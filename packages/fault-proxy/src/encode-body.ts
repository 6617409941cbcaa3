import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import type { Encoding } from './faults.js';

const ENCODERS: Readonly<Record<Encoding, (body: Buffer) => Buffer>> = {
  gzip: gzipSync,
  deflate: deflateSync,
  br: brotliCompressSync,
  zstd: (body) => body,
};

/** A body as a proxy encodes it (RFC 9110 section 8.4). */
export function encodeBody(encoding: Encoding, body: Buffer): Buffer {
  return ENCODERS[encoding](body);
}
