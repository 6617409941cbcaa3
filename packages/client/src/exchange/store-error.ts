import { SyncError } from '@omega-tv/types';

/** The store did not take a state: nothing that it held before is lost. */
export function storeError(cause: unknown): SyncError<'serialization'> {
  const message = `The store cannot be written (${reasonOf(cause)}); what it held before is whole, and the exchange goes on later`;
  return new SyncError('serialization', message, { path: 'store' }, { retryable: true, cause });
}

/** What the disk said, without the words of the layers above it. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}
