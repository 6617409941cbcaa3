import { isSyncError } from '@omega-tv/types';
import { reading } from '../codecs.js';
import {
  findSection,
  findSections,
  readFrame,
  requireKind,
  saysKind,
  SectionType,
  writeFrame,
} from '../container.js';
import { FieldReader } from '../fields/field-reader.js';
import { V2_LIMITS } from '../limits.js';
import { malformed, tooMany } from '../malformed.js';
import { readPatternCount } from '../sections/pushed-patterns.js';

/**
 * Puts delta frames of one device into one body, in order.
 * @throws SyncError `compression-limit` for more than 32, 16 KiB or 512 patterns of them.
 */
export function encodeBatchFrame(deltas: readonly Uint8Array[]): Uint8Array {
  const { maxBatchFrames, maxRequestBytes, maxRequestPatterns } = V2_LIMITS;
  if (deltas.length > maxBatchFrames) throw tooMany('frames', deltas.length, maxBatchFrames);
  const patterns = countPatterns(deltas);
  if (patterns > maxRequestPatterns) throw tooMany('patterns', patterns, maxRequestPatterns);
  const sections = deltas.map((payload) => ({ type: SectionType.frame, payload }));
  const bytes = writeFrame({ kind: 'batch', sections });
  if (bytes.length > maxRequestBytes) throw tooMany('bytes', bytes.length, maxRequestBytes);
  return bytes;
}

/** Whether bytes say that they are a batch; nothing else of them is looked at. */
export function isBatchFrame(bytes: Uint8Array): boolean {
  return saysKind(bytes, 'batch');
}

/**
 * The delta frames of a batch, unread: a bad one is found when its turn comes, behind those before.
 * @throws SyncError `compression-limit`, `compression` or `protocol`.
 */
export function decodeBatchFrame(bytes: Uint8Array): readonly Uint8Array[] {
  const frame = readFrame(bytes, V2_LIMITS.maxRequestBytes);
  requireKind(frame, 'batch');
  const deltas = findSections(frame, SectionType.frame);
  const { maxBatchFrames, maxRequestPatterns } = V2_LIMITS;
  if (deltas.length > maxBatchFrames) throw malformed(`${deltas.length} frames in a batch`);
  const patterns = countPatterns(deltas);
  if (patterns > maxRequestPatterns) throw malformed(`${patterns} patterns in a batch`);
  return deltas;
}

/** Of all frames that can be read; the others will not be. */
function countPatterns(deltas: readonly Uint8Array[]): number {
  return deltas.reduce((sum, bytes) => sum + countOf(bytes), 0);
}

function countOf(bytes: Uint8Array): number {
  try {
    const section = findSection(readFrame(bytes, V2_LIMITS.maxRequestBytes), SectionType.patterns);
    if (section === undefined) return 0;
    return reading(() => readPatternCount(new FieldReader(section)));
  } catch (error) {
    if (isSyncError(error)) return 0;
    throw error;
  }
}
