import { CAPABILITIES } from '@omega-tv/types';
import {
  decodeAnswerFrame,
  decodeBatchFrame,
  decodeDeltaFrame,
  decodeSnapshotFrame,
  encodeAnswerFrame,
  encodeBatchFrame,
  encodeDeltaFrame,
  encodeDiffFrame,
  encodeSnapshotFrame,
  fillTitles,
  heldTitles,
  publishTitles,
  receiveTitles,
} from '../../../src/index.js';
import { factorsOf } from '../titles-support.js';
import {
  codec,
  codecs,
  createRandom,
  deltaOf,
  globalsOf,
  movedBy,
  patterns,
  publish,
  TIMESTAMP,
} from '../support.js';

/** Frames, as hexadecimal digits, with what they decode to. */
export interface GoldenFrame {
  readonly frame: string;
  readonly content: unknown;
}

const trends = [0, 1, 2].map((i) => ({
  ...{ contentId: `imdb:tt${1000 + i}`, score: 3 - i / 3, region: 'DE', genre: 'drama' },
  calculatedAt: TIMESTAMP,
}));
const first = publish(globalsOf(patterns(4), { trends }));
const moved = patterns(4).map((one, i) =>
  i === 2 ? { ...one, embedding: movedBy(one.embedding, 1, 9), sampleCount: 31 } : one,
);
const second = publish(globalsOf(moved, { trends: trends.slice(1), version: 2 }), {
  previous: first,
});
const receipt = {
  serverEpoch: '00112233445566ff',
  lastSeq: 300,
  outcome: 'applied',
  digest: '8899aabbccddeeff',
} as const;
const standing = {
  position: { deviceEpoch: 0xfeedbeef, seq: 298 },
  serverTimeMs: 1_795_000_000_000,
};
const list = publishTitles(undefined, factorsOf(40));
const titles = fillTitles(list, undefined, 4000)!;
const holdings = receiveTitles({}, titles);
const movedList = publishTitles(list, factorsOf(40, { moved: 0.5 }));
const window = { minMs: 300_000, maxMs: 900_000 };

/** Makes the frames that must not change. */
export function makeFrames(): Record<string, Uint8Array> {
  const delta = (base?: typeof first): Uint8Array =>
    encodeDeltaFrame(
      codec,
      deltaOf(
        patterns(2).map((one) => ({ ...one, newSamples: 7 })),
        {
          position: { deviceEpoch: 0xfeedbeef, seq: 301 },
          region: 'FR',
          engagements: [{ contentId: 'imdb:tt0095016', count: 2, completed: true }],
          taste: { kind: 'vector', vector: patterns(3)[2]!.embedding },
        },
      ),
      {
        rate: { budgetBytes: 16_384, step: 0.03 },
        random: createRandom(7),
        ...(base === undefined ? {} : { base }),
      },
    ).bytes;
  const diff = encodeDiffFrame(first, second);
  return {
    'delta-cold': delta(),
    'delta-warm': delta(first),
    'delta-capable': encodeDeltaFrame(
      codec,
      deltaOf([], { position: { deviceEpoch: 1, seq: 1 }, capabilities: ['positions', 'titles'] }),
      { rate: { budgetBytes: 16_384 } },
    ).bytes,
    snapshot: encodeSnapshotFrame(first),
    diff,
    batch: encodeBatchFrame([delta(), delta(first)]),
    answer: encodeAnswerFrame({ receipt, window, current: second, snapshot: diff }),
    'answer-standing': encodeAnswerFrame({
      receipt: { ...receipt, standing, batch: [{ ...receipt, lastSeq: 299 }, receipt] },
      window,
      current: second,
      capabilities: CAPABILITIES,
    }),
    'delta-learning': encodeDeltaFrame(
      codec,
      deltaOf([], {
        engagements: [{ contentId: 'imdb:tt0095016', count: 1, completed: true }],
        viewerFactors: {
          generation: 1,
          historyClass: 2,
          coordinates: Float32Array.from({ length: 32 }, (_, i) => (i - 15) / 8),
        },
        heldTitles: heldTitles(holdings)!,
        hits: [true, false, false, true],
      }),
      { rate: { budgetBytes: 512 }, random: createRandom(9) },
    ).bytes,
    'answer-titles': encodeAnswerFrame({ receipt, window, current: second, titles }),
    'answer-titles-diff': encodeAnswerFrame({
      receipt,
      window,
      current: second,
      titles: fillTitles(movedList, heldTitles(holdings), 4000)!,
    }),
  };
}

/** What a frame holds; floats, too, are numbers of JSON. */
export function readFrames(frames: Record<string, Uint8Array>): Record<string, unknown> {
  const base = decodeSnapshotFrame(codecs, frames.snapshot!);
  const delta = (bytes: Uint8Array): unknown =>
    decodeDeltaFrame(codecs, bytes, { findBase: () => base });
  const contents = {
    'delta-cold': delta(frames['delta-cold']!),
    'delta-warm': delta(frames['delta-warm']!),
    snapshot: base,
    diff: decodeSnapshotFrame(codecs, frames.diff!, base),
    batch: decodeBatchFrame(frames.batch!),
    answer: decodeAnswerFrame(frames.answer!),
    'answer-standing': decodeAnswerFrame(frames['answer-standing']!),
    'delta-capable': delta(frames['delta-capable']!),
    'delta-learning': delta(frames['delta-learning']!),
    'answer-titles': receiveTitles({}, decodeAnswerFrame(frames['answer-titles']!).titles!),
    'answer-titles-diff': receiveTitles(
      receiveTitles({}, decodeAnswerFrame(frames['answer-titles']!).titles!),
      decodeAnswerFrame(frames['answer-titles-diff']!).titles!,
    ),
  };
  const text = JSON.stringify(contents, (_, value: unknown) => {
    if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
    if (value instanceof Int8Array) return [...value].join(' ');
    if (value instanceof Map) return [...(value as Map<unknown, unknown>)];
    return value instanceof Float32Array
      ? Buffer.from(new Uint8Array(value.buffer)).toString('hex')
      : value;
  });
  return JSON.parse(text) as Record<string, unknown>;
}
