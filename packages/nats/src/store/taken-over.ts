import { SyncError } from '@omega-tv/types';

/** Another owner has come: this one writes nothing any more. */
export function takenOver(partition: string): SyncError<'version-conflict'> {
  const message = `Another owner has taken the partition ${partition} over; this one writes no more`;
  return new SyncError('version-conflict', message, { local: 0, remote: 0 }, { retryable: true });
}
