import { SyncError } from '@omega-tv/types';

/** A frame that no encoder writes, or that arrived damaged. */
export function malformed(found: string, cause?: unknown): SyncError<'compression'> {
  const message = `frame: ${found}; send it again`;
  return new SyncError('compression', message, {}, cause === undefined ? {} : { cause });
}

/** A value that no frame can hold, found before anything was sent. */
export function unwritable(path: string, found: string): SyncError<'serialization'> {
  return new SyncError('serialization', `${path}: ${found}`, { path });
}

/** More of something than a frame may hold. */
export function tooMany(what: string, size: number, limit: number): SyncError<'compression-limit'> {
  const message = `frame: has ${size} ${what}, but ${limit} are allowed; send fewer`;
  return new SyncError('compression-limit', message, { size, limit });
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** @throws SyncError `compression` for bytes that are no UTF-8. */
export function utf8(name: string, bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    throw malformed(`${name}: is no UTF-8`, cause);
  }
}
