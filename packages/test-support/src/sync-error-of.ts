import { isSyncError, type SyncError } from '@omega-tv/types';

/** The SyncError that a promise rejects with; anything else fails the test. */
export async function syncErrorOf(promise: Promise<unknown>): Promise<SyncError> {
  try {
    await promise;
  } catch (error) {
    if (isSyncError(error)) return error;
    throw error;
  }
  throw new Error('resolved, but a SyncError was expected');
}
