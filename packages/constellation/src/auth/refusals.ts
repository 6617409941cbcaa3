import { SyncError } from '@omega-tv/types';

/** The credentials are missing, or are not taken. What was pushed may come again with others. */
export function unauthenticated(message: string): SyncError<'http'> {
  return refusal(401, message);
}

/** The credentials are good, and do not allow this. */
export function forbidden(message: string): SyncError<'http'> {
  return refusal(403, message);
}

function refusal(status: number, message: string): SyncError<'http'> {
  return new SyncError('http', message, { reason: 'client-error', status }, { retryable: true });
}
