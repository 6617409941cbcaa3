import { createNodeV1Format, createNodeV2Format } from '@omega-tv/compression/node';
import type { ClientFormat, V2FormatOptions } from '@omega-tv/compression';
import type { GlobalPatterns, SyncDelta } from '@omega-tv/types';

/** What the same exchanges take in each protocol, in bytes of body. */
export interface ProtocolBytes {
  pushes: number;
  patterns: number;
  answers: number;
  readonly up: { v1: number; v2: number };
  readonly down: { v1: number; v2: number };
  /** How many v1 messages the pushes would take: each holds 2,048 B at most. */
  v1Messages: number;
  /** Sum of each pattern's cosine, as v1 would round it. */
  v1Cosines: number;
}

export function noBytes(): ProtocolBytes {
  return {
    pushes: 0,
    patterns: 0,
    answers: 0,
    up: { v1: 0, v2: 0 },
    down: { v1: 0, v2: 0 },
    v1Messages: 0,
    v1Cosines: 0,
  };
}

/** A v2 format that also counts what v1 would take for what it writes and reads. */
export function countingBoth(
  options: Partial<V2FormatOptions>,
  bytes: ProtocolBytes,
): ClientFormat {
  const v1 = createNodeV1Format();
  const v2 = createNodeV2Format(options);
  let newest: GlobalPatterns | undefined;

  async function countPush(delta: SyncDelta, v2Bytes: number): Promise<void> {
    const parts = await v1.splitDelta(delta);
    const bodies = await Promise.all(parts.map((part) => v1.encodeDelta(part)));
    bytes.pushes += 1;
    bytes.patterns += delta.patterns.length;
    bytes.up.v2 += v2Bytes;
    bytes.v1Messages += bodies.length;
    bodies.forEach((body, i) => {
      bytes.up.v1 += body.bytes.length;
      bytes.v1Cosines += body.fidelity.meanCosine * (parts[i]?.patterns.length ?? 0);
    });
  }

  return {
    ...v2,
    encodeDelta: async (delta, context) => {
      const encoded = await v2.encodeDelta(delta, context);
      if (delta.patterns.length > 0) await countPush(delta, encoded.bytes.length);
      return encoded;
    },
    // What is coded for fitting is what is sent.
    fitDelta: async (delta, context) => {
      const fitted = await v2.fitDelta(delta, context);
      await countPush(fitted.part, fitted.bytes.length);
      return fitted;
    },
    decodeAnswer: async (body, base) => {
      const answer = await v2.decodeAnswer(body, base);
      newest = answer.globals ?? newest;
      bytes.answers += 1;
      bytes.down.v2 += body.length;
      if (newest !== undefined) {
        bytes.down.v1 += (await v1.encodeGlobalPatterns(newest)).bytes.length;
      }
      return answer;
    },
  };
}
