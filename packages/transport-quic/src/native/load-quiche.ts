import type { native } from '@matrixai/quic';
import { SyncError } from '@omega-tv/types';

/** Cloudflare's quiche with BoringSSL: packets, TLS, loss recovery. It opens no socket. */
export type Quiche = native.Quiche;
export type NativeConnection = native.Connection;
export type NativeConfig = native.Config;

/**
 * Loads the native addon. npm may leave it out: a machine without a binary of it can do all else.
 * @throws SyncError `invalid-config`, field `quic`, where it is missing.
 */
export async function loadQuiche(): Promise<Quiche> {
  try {
    // Imported when it is needed, since the import fails where there is no binary.
    // eslint-disable-next-line no-restricted-syntax
    return (await import('@matrixai/quic/native/quiche.js')).default;
  } catch (cause) {
    const machine = `${process.platform}-${process.arch}`;
    throw new SyncError(
      'invalid-config',
      `QUIC needs @matrixai/quic, which is not installed or has no binary for ${machine}; install it, or use HTTPS`,
      { field: 'quic' },
      { cause },
    );
  }
}
