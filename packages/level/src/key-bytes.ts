import { SyncError } from '@omega-tv/types';
import type { KeyRange } from './database.js';

const HIGHEST_BYTE = 0xff;
const LONE_SURROGATE = /\p{Surrogate}/u;

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * The UTF-8 bytes of a key. Databases order keys by these; JavaScript orders strings by UTF-16
 * units, in which U+FFFF lies behind all that begins with a surrogate.
 * @throws SyncError `serialization` for a lone surrogate: it has no UTF-8 form, so two of them
 * would become one key.
 */
export function keyToBytes(key: string): Uint8Array {
  if (LONE_SURROGATE.test(key)) {
    throw new SyncError('serialization', 'A key of a record has a lone surrogate', { path: 'key' });
  }
  return encoder.encode(key);
}

/** @throws TypeError where the bytes are not UTF-8. */
export function keyFromBytes(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}

/** All keys that begin with these bytes, and no others. */
export function rangeOfPrefix(prefix: Uint8Array): KeyRange {
  let { length } = prefix;
  while (length > 0 && prefix[length - 1] === HIGHEST_BYTE) length -= 1;
  if (length === 0) return { gte: prefix };
  const lt = prefix.slice(0, length);
  lt[length - 1] = (lt[length - 1] ?? 0) + 1;
  return { gte: prefix, lt };
}
