import { SyncError } from '@omega-tv/types';
import { malformed } from './malformed.js';

/** The end of the year 9999: RFC 3339 has four digits for it. */
const LAST_MS = Date.UTC(10_000, 0, 1) - 1;

/**
 * Unix milliseconds of an RFC 3339 timestamp; finer fractions are cut.
 * @throws SyncError `serialization` where it is none, or not from 1970 to 9999.
 */
export function toUnixMs(timestamp: string): number {
  const ms = Date.parse(timestamp);
  if (ms >= 0 && ms <= LAST_MS) return ms;
  const message = `timestamp: is "${timestamp}", but must be RFC 3339, from 1970 to 9999`;
  throw new SyncError('serialization', message, { path: 'timestamp' });
}

export function toTimestamp(unixMs: number): string {
  if (!(unixMs <= LAST_MS)) throw malformed('timestamp: is after 9999');
  return new Date(unixMs).toISOString();
}
