import { SyncError } from '@omega-tv/types';
import { findSections, readFrame, requireKind, SectionType, writeFrame } from '../container.js';
import { V2_LIMITS } from '../limits.js';
import { malformed } from '../malformed.js';

/**
 * Puts delta frames of one device into one body, in order.
 * @throws SyncError `compression-limit` for more than 32, or more than 16 KiB of them.
 */
export function encodeBatchFrame(deltas: readonly Uint8Array[]): Uint8Array {
  const { maxBatchFrames, maxRequestBytes } = V2_LIMITS;
  if (deltas.length > maxBatchFrames) throw tooMany('frames', deltas.length, maxBatchFrames);
  const sections = deltas.map((payload) => ({ type: SectionType.frame, payload }));
  const bytes = writeFrame({ kind: 'batch', sections });
  if (bytes.length > maxRequestBytes) throw tooMany('bytes', bytes.length, maxRequestBytes);
  return bytes;
}

/**
 * The delta frames of a batch, unread.
 * @throws SyncError `compression-limit`, `compression` or `protocol`.
 */
export function decodeBatchFrame(bytes: Uint8Array): readonly Uint8Array[] {
  const frame = readFrame(bytes, V2_LIMITS.maxRequestBytes);
  requireKind(frame, 'batch');
  const deltas = findSections(frame, SectionType.frame);
  if (deltas.length > V2_LIMITS.maxBatchFrames)
    throw malformed(`${deltas.length} frames in a batch`);
  return deltas;
}

function tooMany(what: string, size: number, limit: number): SyncError<'compression-limit'> {
  const message = `batch: has ${size} ${what}, but ${limit} are allowed; send fewer deltas`;
  return new SyncError('compression-limit', message, { size, limit });
}
