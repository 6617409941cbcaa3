import { SyncError } from '@omega-tv/types';

/** A frame that no encoder writes, or that arrived damaged. */
export function malformed(found: string, cause?: unknown): SyncError<'compression'> {
  const message = `frame: ${found}; send it again`;
  return new SyncError('compression', message, {}, cause === undefined ? {} : { cause });
}

/** @throws SyncError `compression` for bytes that are no UTF-8. */
export function utf8(name: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw malformed(`${name}: is no UTF-8`, cause);
  }
}
