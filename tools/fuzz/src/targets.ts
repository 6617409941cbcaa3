import { loadCatalogue } from '@omega-tv/catalogue';
import {
  Codecs,
  decodeAnswerFrame,
  decodeBatchFrame,
  decodeDeltaFrame,
  decodeSnapshotFrame,
  encodeAnswerFrame,
  encodeBatchFrame,
  encodeDeltaFrame,
  encodeDiffFrame,
  encodeSnapshotFrame,
  inspectFrame,
  publishSnapshot,
  readDeltaFrameHeader,
  readSnapshotFrameBase,
  type Snapshot,
} from '@omega-tv/compression';
import { createEmbeddingCodec } from '@omega-tv/embedding-codec';
import { readMiniLmCodebook } from '@omega-tv/embedding-codec/node';
import type { PushedPattern, RandomSource, SyncDelta } from '@omega-tv/types';
import { createMutator } from './mutations.js';

/** What there is to be fuzzed. */
export const TARGET_NAMES = [
  'delta',
  'delta header',
  'snapshot',
  'diff',
  'snapshot base',
  'batch',
  'answer',
  'inspection',
  'codec message',
] as const;

/** A decoder, and inputs for it. */
export interface Target {
  readonly name: (typeof TARGET_NAMES)[number];
  readonly decode: (bytes: Uint8Array) => unknown;
  /** The next mutated input. */
  readonly draw: () => Uint8Array;
}

const TIMESTAMP = '2026-11-22T10:00:00.000Z';

/** A target for each decoder; the mutations repeat with `random`. */
export function createTargets(random: RandomSource): readonly Target[] {
  const codec = createEmbeddingCodec(readMiniLmCodebook());
  const codecs = new Codecs([codec]);
  const patterns = loadCatalogue()
    .filter(({ heldOut }) => heldOut)
    .slice(0, 6)
    .map(({ id, embedding, genres }, i): PushedPattern => ({
      ...{ id: i % 2 ? id : `p${i}`, embedding, successRate: 0.8, sampleCount: 20 + i },
      ...{ genre: genres[0], newSamples: 3 },
    }));
  const trends = patterns.map(({ id, genre }, i) => ({
    ...{ contentId: id, score: 1 / (i + 1), region: 'DE', genre, calculatedAt: TIMESTAMP },
  }));
  const publish = (version: number, count: number, previous?: Snapshot): Snapshot => {
    const some = patterns.slice(version - 1, count);
    const globals = {
      patterns: some,
      trends: trends.slice(version),
      version,
      timestamp: TIMESTAMP,
    };
    const options = { stream: 'global', budgetBytes: 4000, step: 0.05 };
    return publishSnapshot(codec, globals, { ...options, ...(previous && { previous }) });
  };
  const base = publish(1, 4);
  const next = publish(2, 6, base);
  const deltaOf = (delta: Partial<SyncDelta>, against?: Snapshot): Uint8Array =>
    encodeDeltaFrame(
      codec,
      {
        deviceId: 'tv-1',
        patterns: patterns.slice(0, 3),
        version: 1,
        timestamp: TIMESTAMP,
        ...delta,
      },
      { rate: { budgetBytes: 4000, step: 0.05 }, random, ...(against && { base: against }) },
    ).bytes;
  const vector = patterns[5]?.embedding ?? new Float32Array();
  const engagements = trends.map(({ contentId }) => ({ contentId, count: 2, completed: true }));
  const deltas = [
    deltaOf({ region: 'DE', position: { deviceEpoch: 7, seq: 8 } }),
    deltaOf({ engagements, taste: { kind: 'vector', vector } }, base),
    deltaOf({ patterns: [], taste: { kind: 'sketch', coordinates: new Float32Array(16) } }),
  ];
  const [full, diff] = [encodeSnapshotFrame(next), encodeDiffFrame(base, next)];
  const receipt = { serverEpoch: '0'.repeat(16), lastSeq: 9, digest: 'f'.repeat(16) };
  const answer = encodeAnswerFrame({
    receipt: { ...receipt, outcome: 'applied' },
    window: { minMs: 1000, maxMs: 5000 },
    current: next,
    snapshot: diff,
  });
  const batch = encodeBatchFrame(deltas);
  const frames = [...deltas, full, diff, answer, batch];

  const { bytes: message } = codec.encode([vector, vector], {
    mode: 'download',
    rate: { step: 0.05 },
  });
  const uploaded = codec.encode([vector], { mode: 'upload', random, rate: { step: 0.05 } }).bytes;
  const mutator = createMutator(random);
  const decodeDelta = (bytes: Uint8Array): unknown =>
    decodeDeltaFrame(codecs, bytes, { findBase: () => base, unbiased: bytes.length % 2 === 0 });
  const ofFrames = (
    name: Target['name'],
    inputs: readonly Uint8Array[],
    decode: (bytes: Uint8Array) => unknown,
  ): Target => ({
    name,
    decode,
    draw: () => mutator.frame(inputs[Math.floor(random.next() * inputs.length)] ?? full, frames),
  });

  return [
    ofFrames('delta', deltas, decodeDelta),
    ofFrames('delta header', deltas, readDeltaFrameHeader),
    ofFrames('snapshot', [full], (bytes) => decodeSnapshotFrame(codecs, bytes)),
    ofFrames('diff', [diff], (bytes) => decodeSnapshotFrame(codecs, bytes, base)),
    ofFrames('snapshot base', [full, diff], readSnapshotFrameBase),
    ofFrames('batch', [batch], (bytes) => decodeBatchFrame(bytes).map(decodeDelta)),
    ofFrames('answer', [answer], decodeAnswerFrame),
    ofFrames('inspection', frames, inspectFrame),
    {
      name: 'codec message',
      decode: (bytes) => codec.decode(bytes, { count: 2, references: [vector] }),
      draw: () => mutator.bytes(random.next() < 0.5 ? message : uploaded),
    },
  ];
}
