import { SyncError } from '@omega-tv/types';

/** About how long a partition is without an owner when one has gone. */
const RETRY_MS = 5000;

/** Nobody decides now; the same push may come again. */
export function unavailable(problem: string, cause?: unknown): SyncError<'http'> {
  return new SyncError(
    'http',
    `${problem}; send it again later`,
    { reason: 'server-error', status: 503 },
    { cause, retryable: true, retryAfterMs: RETRY_MS },
  );
}
