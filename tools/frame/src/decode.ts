import { CommandError } from '@omega-tv/command-line';
import {
  createContentResolver,
  decodeDeltaFrame,
  decodeSnapshotFrame,
  inspectFrame,
  isSameSnapshot,
  type Codecs,
  type Snapshot,
} from '@omega-tv/compression';
import type { PushedPattern, TrendSignal } from '@omega-tv/types';

export interface DecodedFrame {
  readonly patterns: readonly PushedPattern[];
  /** A delta has none. */
  readonly trends: readonly TrendSignal[];
}

export interface DecodeOptions {
  readonly base: Snapshot | undefined;
  readonly unbiased: boolean;
  /** Content ids that trends may stand for. */
  readonly catalogue: readonly string[];
}

/** Decodes a delta, a snapshot or a diff; a diff to the whole snapshot. */
export function decodeFrame(
  codecs: Codecs,
  bytes: Uint8Array,
  { base, unbiased, catalogue }: DecodeOptions,
): DecodedFrame {
  const { kind } = inspectFrame(bytes);
  if (kind === 'batch' || kind === 'answer') {
    throw new CommandError(
      `decode takes a delta, a snapshot or a diff; this is a frame that holds frames (${kind})`,
    );
  }
  if (kind === 'delta') {
    const { delta } = decodeDeltaFrame(codecs, bytes, {
      findBase: (reference) => (isSameSnapshot(reference, base) ? base : undefined),
      unbiased,
    });
    return { patterns: delta.patterns, trends: [] };
  }
  const { patterns, trends } = decodeSnapshotFrame(codecs, bytes, base);
  const toId = createContentResolver(catalogue.map((id) => ({ id })));
  return { patterns, trends: trends.map((trend) => ({ ...trend, contentId: toId(trend) })) };
}
