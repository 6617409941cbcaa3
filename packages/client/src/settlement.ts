import { digestDelta } from '@omega-tv/compression';
import type { SyncAnswer } from '@omega-tv/protocol';
import { isSyncError, SyncError, type SyncDelta } from '@omega-tv/types';

/** @throws SyncError `protocol` when the receipt is for another delta. */
export function checkReceipt(delta: SyncDelta, { receipt }: SyncAnswer): void {
  if (receipt === undefined || delta.position === undefined) return;
  if (receipt.lastSeq === delta.position.seq && receipt.digest === digestDelta(delta)) return;
  throw new SyncError(
    'protocol',
    `The receipt is for delta ${receipt.lastSeq} (${receipt.digest}), but ${delta.position.seq} was sent`,
    { path: 'receipt' },
    { retryable: true },
  );
}

/**
 * Refused for what a pattern says: sending it again can only be refused again. A body that arrived
 * damaged, or an envelope that is wrong, is no fault of the patterns.
 */
export function isRefusal(error: unknown): error is SyncError {
  if (!isSyncError(error) || error.retryable) return false;
  return error.code === 'invalid-pattern' || error.code === 'compression-limit';
}
