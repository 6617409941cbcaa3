import { SyncError } from '@omega-tv/types';

/** @throws SyncError `compression-limit` when `size` is above `limit`. Bytes. */
export function checkBodySize(what: 'body' | 'JSON', size: number, limit: number): void {
  if (size <= limit) return;
  throw new SyncError(
    'compression-limit',
    `${what}: has ${size} bytes, but ${limit} are allowed; send fewer patterns or shorter names`,
    { size, limit },
  );
}
