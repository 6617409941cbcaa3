import { isSyncError, SyncError } from '@omega-tv/types';
import { checkBodySize } from './body-size.js';
import type { BodyLimits } from './limits.js';
import type { ZstdCodec } from './zstd-codec.js';
import { inspectZstdFrame } from './zstd-frame.js';

/**
 * Reads the JSON of a body. Checks the wire cap, then what the frame may expand to, and only then
 * decompresses.
 * @throws SyncError `compression-limit`, `compression`, or `serialization` for bad UTF-8 or JSON.
 */
export async function readJsonBody(
  bytes: Uint8Array,
  limits: BodyLimits,
  zstd: ZstdCodec,
): Promise<unknown> {
  checkBodySize('body', bytes.length, limits.wireBytes);
  inspectZstdFrame(bytes, limits.jsonBytes);
  const raw = await decompress(bytes, zstd);
  checkBodySize('JSON', raw.length, limits.jsonBytes);
  return parseJson(raw);
}

async function decompress(frame: Uint8Array, zstd: ZstdCodec): Promise<Uint8Array> {
  try {
    return await zstd.decompress(frame);
  } catch (cause) {
    if (isSyncError(cause)) throw cause;
    throw new SyncError(
      'compression',
      `body: not a zstd frame that can be read (${String(cause)}); send it again`,
      {},
      { cause },
    );
  }
}

function parseJson(raw: Uint8Array): unknown {
  try {
    // `ignoreBOM` keeps a byte order mark in the text, where JSON.parse refuses it (RFC 8259 8.1).
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(raw);
    return JSON.parse(text);
  } catch (cause) {
    throw new SyncError(
      'serialization',
      `body: not JSON in UTF-8 without byte order mark (${String(cause)})`,
      {},
      { cause },
    );
  }
}
