import {
  BUDGET_TIERS,
  Codecs,
  decodeDeltaFrame,
  decodeSnapshotFrame,
  encodeDeltaFrame,
  encodeDiffFrame,
  encodeSnapshotFrame,
  globalPatternsToJson,
  publishSnapshot,
  SNAPSHOT_STEP,
  syncDeltaToJson,
  type Snapshot,
} from '@omega-tv/compression';
import { nativeZstd } from '@omega-tv/compression/node';
import { cosineSimilarity, type EmbeddingCodec } from '@omega-tv/embedding-codec';
import { createRandom } from '@omega-tv/seeded-random';
import type { GlobalPatterns, PatternData, SyncDelta } from '@omega-tv/types';
import { learnWorld } from './learned-world.js';

/** A kind of frame beside v1's JSON through zstd, exact and without its caps, for the same data. */
export interface FrameRow {
  readonly name: string;
  /** Means over the messages measured. */
  readonly bytes: number;
  readonly maxBytes: number;
  readonly cosine: number;
  readonly cosinePercentile1: number;
  readonly v1Bytes: number;
  /** Processor time to write and to read, over that of v1. */
  readonly encodeRatio: number;
  readonly decodeRatio: number;
}

const BUDGET_BYTES = 65_536;
const DELTA_STEP = BUDGET_TIERS.normal.step;
const PATTERNS = 50;

/** Measures frames on what simulated viewers taught. */
export async function measureFrames(codec: EmbeddingCodec): Promise<readonly FrameRow[]> {
  const { globals, deltas, titleTrends } = learnWorld();
  const codecs = new Codecs([codec]);
  const withTrends = (count: number): GlobalPatterns => ({
    ...globals,
    patterns: globals.patterns.slice(0, PATTERNS),
    trends: titleTrends.slice(0, count),
  });
  const publishFull = (content: GlobalPatterns, previous?: Snapshot): Snapshot =>
    publishSnapshot(codec, content, {
      stream: 'global',
      budgetBytes: BUDGET_BYTES,
      step: SNAPSHOT_STEP,
      ...(previous === undefined ? {} : { previous }),
    });
  const few = withTrends(5);
  const base = publishFull(few);
  const count = base.patterns.length;

  const deltaRow = (name: string, held: Snapshot | undefined, budgetBytes?: number) => {
    const random = createRandom('bench frames', name);
    const rate =
      budgetBytes === undefined ? { budgetBytes: BUDGET_BYTES, step: DELTA_STEP } : { budgetBytes };
    const options = { rate, random, ...(held === undefined ? {} : { base: held }) };
    return compare<SyncDelta>(name, deltas, {
      encode: (delta) => encodeDeltaFrame(codec, delta, options).bytes,
      decode: (bytes) => decodeDeltaFrame(codecs, bytes, { findBase: () => held }).delta.patterns,
      exact: ({ patterns }) => patterns,
      toJson: syncDeltaToJson,
    });
  };
  const snapshotRow = (name: string, content: GlobalPatterns, from?: Snapshot) =>
    compare<GlobalPatterns>(name, [content], {
      encode: (globalPatterns) => {
        const snapshot = publishFull(globalPatterns, from);
        return from === undefined ? encodeSnapshotFrame(snapshot) : encodeDiffFrame(from, snapshot);
      },
      decode: (bytes) => decodeSnapshotFrame(codecs, bytes, from).patterns,
      exact: ({ patterns }) => patterns,
      toJson: globalPatternsToJson,
    });

  return [
    await deltaRow('delta of 10 patterns, cold', undefined),
    await deltaRow('the same in 750 B', undefined, 750),
    await deltaRow('delta of 10 patterns, warm', base),
    await deltaRow('the same in 480 B', base, 480),
    await snapshotRow(`snapshot of ${count} patterns, 5 trends`, few),
    await snapshotRow(`snapshot of ${count} patterns, 150 trends`, withTrends(150)),
    await snapshotRow('diff, a tenth of them moved a little', moved(few, deltas), base),
    await snapshotRow('diff, nothing changed', { ...few, version: few.version + 1 }, base),
  ];
}

/** The next version, in which every tenth pattern has learned from one more TV. */
function moved(globals: GlobalPatterns, deltas: readonly SyncDelta[]): GlobalPatterns {
  const others = deltas.flatMap(({ patterns }) => patterns);
  const patterns = globals.patterns.map((pattern, i) => {
    if (i % 10 !== 0) return pattern;
    const other = others.find(({ genre }) => genre === pattern.genre) ?? others[0];
    const embedding = pattern.embedding.map((value, k) => value + 0.2 * (other?.embedding[k] ?? 0));
    return { ...pattern, embedding, sampleCount: pattern.sampleCount + 10 };
  });
  return { ...globals, patterns, version: globals.version + 1 };
}

interface Way<Message> {
  readonly encode: (message: Message) => Uint8Array;
  readonly decode: (bytes: Uint8Array) => readonly PatternData[];
  readonly exact: (message: Message) => readonly PatternData[];
  readonly toJson: (message: Message) => string;
}

const ROUNDS = 3;

async function compare<Message>(
  name: string,
  messages: readonly Message[],
  way: Way<Message>,
): Promise<FrameRow> {
  const sizes: number[] = [];
  const v1Sizes: number[] = [];
  const cosines: number[] = [];
  const ms = { encode: 0, decode: 0, v1Encode: 0, v1Decode: 0 };
  const timed = async <Result>(part: keyof typeof ms, work: () => Result | Promise<Result>) => {
    const start = process.cpuUsage();
    const result = await work();
    const { user, system } = process.cpuUsage(start);
    ms[part] += user + system;
    return result;
  };
  for (let round = 0; round <= ROUNDS; round += 1) {
    // The first round warms up.
    if (round === 1) Object.assign(ms, { encode: 0, decode: 0, v1Encode: 0, v1Decode: 0 });
    for (const message of messages) {
      const bytes = await timed('encode', () => way.encode(message));
      const decoded = await timed('decode', () => way.decode(bytes));
      const frame = await timed('v1Encode', () =>
        nativeZstd.compress(new TextEncoder().encode(way.toJson(message))),
      );
      await timed('v1Decode', async () => {
        const json: unknown = JSON.parse(
          new TextDecoder().decode(await nativeZstd.decompress(frame)),
        );
        return json;
      });
      if (round > 0) continue;
      sizes.push(bytes.length);
      v1Sizes.push(frame.length);
      way.exact(message).forEach(({ embedding }, i) => {
        cosines.push(cosineSimilarity(embedding, decoded[i]?.embedding ?? []));
      });
    }
  }
  cosines.sort((a, b) => a - b);
  return {
    name,
    bytes: mean(sizes),
    maxBytes: Math.max(...sizes),
    cosine: mean(cosines),
    cosinePercentile1: cosines[Math.floor(cosines.length / 100)] ?? NaN,
    v1Bytes: mean(v1Sizes),
    encodeRatio: ms.encode / ms.v1Encode,
    decodeRatio: ms.decode / ms.v1Decode,
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
