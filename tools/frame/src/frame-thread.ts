import { randomBytes } from 'node:crypto';
import { answerFromThread, CommandError } from '@omega-tv/command-line';
import { toContentHash } from '@omega-tv/compression';
import { createRandom } from '@omega-tv/seeded-random';
import type { RandomSource, TrendSignal } from '@omega-tv/types';
import { decodeFrame, type DecodedFrame } from './decode.js';
import { encodeDelta, encodeSnapshot, type EncodedFrame } from './encode.js';
import { openCodecs, readBase, readFrameFile } from './frame-file.js';
import { readIds, readPatterns, readTrends } from './lines.js';

/** What is read, as options say it, and made into a frame. */
export interface EncodeOrder {
  readonly kind: 'delta' | 'snapshot';
  readonly in: string;
  readonly trends?: string;
  readonly base?: string;
  readonly full?: true;
  readonly budget?: number;
  readonly deviceId: string;
  readonly seed?: number;
  readonly timestamp?: string;
}

/** The frame that is read, and what for. */
export interface DecodeOrder {
  readonly in: string;
  readonly base?: string;
  readonly unbiased?: true;
  readonly catalogue?: string;
}

export type FrameOrder =
  ({ readonly command: 'encode' } & EncodeOrder) | ({ readonly command: 'decode' } & DecodeOrder);

await answerFromThread((order: FrameOrder) =>
  order.command === 'encode' ? encode(order) : decode(order),
);

async function encode(order: EncodeOrder): Promise<EncodedFrame> {
  const { kind, budget: budgetBytes, deviceId, full = false } = order;
  const codecs = openCodecs();
  const trends = order.trends === undefined ? [] : await readTrends(order.trends);
  refuseTwins(trends);
  const base = order.base === undefined ? undefined : await readBase(codecs, order.base);
  const times = trends.map(({ calculatedAt }) => Date.parse(calculatedAt));
  const nowMs = order.seed === undefined ? Date.now() : Math.max(0, ...times);
  const content = {
    patterns: await readPatterns(order.in),
    trends,
    timestamp: order.timestamp ?? new Date(nowMs).toISOString(),
    ...(base === undefined ? {} : { base }),
  };
  return kind === 'delta'
    ? encodeDelta(codecs.first, content, { deviceId, budgetBytes, random: randomOf(order) })
    : encodeSnapshot(codecs.first, content, { budgetBytes, full });
}

async function decode(order: DecodeOrder): Promise<DecodedFrame> {
  const codecs = openCodecs();
  const base = order.base === undefined ? undefined : await readBase(codecs, order.base);
  const catalogue = order.catalogue === undefined ? [] : await readIds(order.catalogue);
  const bytes = await readFrameFile(order.in);
  return decodeFrame(codecs, bytes, { base, unbiased: order.unbiased ?? false, catalogue });
}

function randomOf({ seed }: EncodeOrder): RandomSource {
  if (seed !== undefined) return createRandom('frame', seed);
  return { next: () => randomBytes(4).readUInt32LE() / 0x100000000 };
}

/** A snapshot names a title once a region. */
function refuseTwins(trends: readonly TrendSignal[]): void {
  const seen = new Set<string>();
  for (const { contentId, region } of trends) {
    const key = `${region} ${toContentHash(contentId)}`;
    if (seen.has(key)) {
      throw new CommandError(`--trends: has two of ${contentId} in ${region}; leave one out`);
    }
    seen.add(key);
  }
}
