import type zstd from '@mongodb-js/zstd';
import { SyncError } from '@omega-tv/types';
import type { ZstdCodec } from '../v1/zstd-codec.js';

type Zstd = typeof zstd;

/**
 * libzstd through a native addon, off the main thread. Level 3; its frames carry neither content
 * size nor checksum, and its decompress has no cap, so give it inspected frames only. The addon is
 * loaded at the first call: v2 never needs it.
 * @throws SyncError `invalid-config`, field `zstd`, at a call where it has no binary for this
 * machine.
 */
export const nativeZstd: ZstdCodec = {
  compress: async (bytes) => toPlainArray(await (await loadAddon()).compress(toBuffer(bytes))),
  decompress: async (frame) => toPlainArray(await (await loadAddon()).decompress(toBuffer(frame))),
};

let loaded: Zstd | undefined;

async function loadAddon(): Promise<Zstd> {
  loaded ??= await importAddon();
  return loaded;
}

async function importAddon(): Promise<Zstd> {
  try {
    // Imported when v1 is spoken, since the import fails where there is no binary.
    // eslint-disable-next-line no-restricted-syntax
    const { default: addon } = await import('@mongodb-js/zstd');
    return addon;
  } catch (cause) {
    const machine = `${process.platform}-${process.arch}`;
    throw new SyncError(
      'invalid-config',
      `v1 needs @mongodb-js/zstd, which has no binary for ${machine} here; speak v2 alone (leave the fallback out), or give createV1Format a zstd of your own`,
      { field: 'zstd' },
      { cause },
    );
  }
}

/** The addon takes Buffers only. Shares the memory. */
function toBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** A Buffer behaves unlike a Uint8Array where it is sliced or printed as JSON. */
function toPlainArray(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}
