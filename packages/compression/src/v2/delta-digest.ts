import { sha256 } from '@omega-tv/embedding-codec/coding';
import type { SyncDelta } from '@omega-tv/types';
import { ByteWriter, toHex } from './bytes.js';
import { writeEngagements } from './sections/engagements.js';
import { writePushedPatterns } from './sections/pushed-patterns.js';

const DIGEST_BYTES = 8;

/**
 * The first 64 bits of the SHA-256 of what a delta counts, as hexadecimal digits: the same for each
 * time it is sent, whatever its embeddings are coded as.
 */
export function digestDelta({ patterns, engagements = [], taste }: SyncDelta): string {
  const writer = new ByteWriter();
  writer.run(writePushedPatterns(patterns));
  writer.run(writeEngagements(engagements));
  writer.text(taste?.kind ?? '');
  return toHex(sha256(writer.toBytes()).subarray(0, DIGEST_BYTES));
}
