import { PROBLEM_MEDIA_TYPE, problemFromError, type TransportResponse } from '@omega-tv/protocol';
import { isSyncError, SyncError } from '@omega-tv/types';

/** What is answered where no handler is asked, or one failed: problem details (RFC 9457). */
export function problemOf(error: unknown): TransportResponse {
  const shown = isSyncError(error)
    ? error
    : new SyncError('http', 'The server failed', { reason: 'server-error', status: 500 });
  const { value: _, ...named } = problemFromError(shown);
  const problem = { ...named, ...statusOf(shown) };
  const headers = { 'cache-control': 'no-store', 'content-type': PROBLEM_MEDIA_TYPE };
  return { status: problem.status, headers, body: Buffer.from(JSON.stringify(problem)) };
}

function statusOf(error: SyncError): { readonly status?: number } {
  const status = isSyncError(error, 'http') ? error.details.status : undefined;
  return status === undefined ? {} : { status };
}

/** For early data that is not to be repeated: anybody who saw it may send it again (RFC 8470). */
export function tooEarly(): SyncError<'http'> {
  const message = 'The request may not be repeated, and came before the handshake was over';
  const details = { reason: 'client-error', status: 425 } as const;
  return new SyncError('http', message, details, { retryable: true });
}

/** For a client that asks too often. */
export function tooMany(perMinute: number): SyncError<'http'> {
  const message = `Too many requests came from this address; at most ${perMinute} a minute are answered`;
  const details = { reason: 'client-error', status: 429 } as const;
  return new SyncError('http', message, details, { retryable: true });
}
