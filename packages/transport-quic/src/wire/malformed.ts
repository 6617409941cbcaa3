import { SyncError } from '@omega-tv/types';

/** A message that is not laid out as docs/QUIC.md says. `field` is the part that is wrong. */
export function malformed(field: string, problem: string): SyncError<'protocol'> {
  return new SyncError('protocol', `A message over QUIC: ${field} ${problem}`, { path: field });
}

/** A part above its cap. Bytes, or fields. */
export function aboveCap(
  field: string,
  size: number,
  limit: number,
): SyncError<'compression-limit'> {
  const message = `A message over QUIC: ${field} is ${size}; at most ${limit} is read`;
  return new SyncError('compression-limit', message, { size, limit });
}
