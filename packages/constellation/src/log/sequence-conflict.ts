import { SyncError } from '@omega-tv/types';

/** Another owner has written, or this one has lost count. */
export function sequenceConflict(expected: number, last: number): SyncError<'version-conflict'> {
  return new SyncError(
    'version-conflict',
    `The log has come to entry ${last}, but its writer expects ${expected}; it has to load again`,
    { local: expected, remote: last },
    { retryable: true },
  );
}
