import { SyncError } from '@omega-tv/types';
import { isRetryable } from '../error-table.js';
import type { Hop, HopAnswer } from './hop.js';

/**
 * Sends one request with whatever the engine has for that.
 * @param deadline ends it; that it was aborted is the reason `timeout`.
 * @throws SyncError as `Transport.request`.
 */
export type Send = (hop: Hop, deadline: AbortSignal) => Promise<HopAnswer>;

/** What a page's fetch would take along to wherever it is redirected. */
export function mustNotLeave({ method, headers }: Hop): boolean {
  return method !== 'GET' || Object.keys(headers).some((name) => name.toLowerCase() !== 'accept');
}

/** A page may not see where it is redirected to. */
export function unseenRedirect(where: string): SyncError<'http'> {
  const advice = 'set the URL of the Constellation to where it lives now';
  const message = `${where}: it redirects, which this request does not follow in a page; ${advice}`;
  return new SyncError('http', message, { reason: 'redirect' });
}

/** An answer above what its request allows. Bytes. */
export function tooLarge(
  where: string,
  limit: number,
  cause?: Error,
): SyncError<'compression-limit'> {
  const message = `${where}: the answer is larger than ${limit} bytes and was abandoned`;
  const retryable = isRetryable('answer/compression-limit');
  return new SyncError(
    'compression-limit',
    message,
    { size: limit + 1, limit },
    { retryable, ...(cause === undefined ? {} : { cause: new Error(cause.message) }) },
  );
}
