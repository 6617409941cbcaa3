import { sha256 } from '@omega-tv/embedding-codec/coding';
import { ByteWriter, toHex } from './bytes.js';
import type { DeltaOutline } from './frames/open-delta.js';
import { writeEngagements } from './sections/engagements.js';
import { writePushedPatterns } from './sections/pushed-patterns.js';

const DIGEST_BYTES = 8;

/**
 * The first 64 bits of the SHA-256 of what a delta counts, as hexadecimal digits: the same for each
 * time it is sent, whatever its embeddings are coded as. What a TV can do counts nothing.
 */
export function digestDelta(
  delta: Pick<DeltaOutline, 'patterns' | 'engagements' | 'taste'>,
): string {
  const { patterns, engagements = [], taste } = delta;
  if (patterns.length > 0 || engagements.length > 0 || taste !== undefined) return digestOf(delta);
  // Seven of ten pushes say nothing new.
  return (digestOfNothing ??= digestOf({ patterns: [] }));
}

let digestOfNothing: string | undefined;

function digestOf({
  patterns,
  engagements = [],
  taste,
}: Pick<DeltaOutline, 'patterns' | 'engagements' | 'taste'>): string {
  const writer = new ByteWriter();
  writer.run(writePushedPatterns(patterns));
  writer.run(writeEngagements(engagements));
  writer.text(taste?.kind ?? '');
  return toHex(sha256(writer.toBytes()).subarray(0, DIGEST_BYTES));
}
