import { Type } from 'typebox';
import {
  bytesCodec,
  jsonCodec,
  singleRecord,
  type RecordOperation,
  type RecordReader,
} from '@omega-tv/level';
import { TrendSignalSchema, trendSignalFromWire, trendSignalToWire } from '@omega-tv/types';
import type { GlobalPatterns, PatternData } from '@omega-tv/types';
import type { SyncState } from '../engine/state.js';
import type { ReadFrame } from './frame-reader.js';
import { patternsCodec } from './patterns-codec.js';

/** What was published, as the state holds it. */
type Published = Pick<SyncState, 'snapshot' | 'frame'>;

/** A version without its patterns. Their trends were resolved in the TV's catalogue. */
const headRecord = singleRecord(
  'published',
  jsonCodec(
    Type.Object({
      version: Type.Integer({ minimum: 0 }),
      timestamp: Type.String(),
      trends: Type.Array(TrendSignalSchema),
    }),
  ),
);

const frameRecord = singleRecord('published-frame', bytesCodec);

/** Only where the frame does not hold them: without one, or with one of another codebook. */
const patternsRecord = singleRecord('published-patterns', patternsCodec);

/** What to write where `after` was published instead of `before`; nothing where it stayed. */
export function publishedChanges(
  before: Published,
  after: Published,
  readFrame: ReadFrame,
): readonly RecordOperation[] {
  const { snapshot, frame } = after;
  if (snapshot === before.snapshot && isSameFrame(frame, before.frame)) return [];
  const isInFrame =
    snapshot !== undefined &&
    frame !== undefined &&
    areSamePatterns(snapshot.patterns, readFrame(frame) ?? []);
  return [
    snapshot === undefined ? headRecord.delete() : headRecord.put(toHead(snapshot)),
    frame === undefined ? frameRecord.delete() : frameRecord.put(frame),
    snapshot === undefined || isInFrame
      ? patternsRecord.delete()
      : patternsRecord.put(snapshot.patterns),
  ];
}

/**
 * @returns `isLost` where the patterns stood in a frame alone that cannot be read any more, as
 * after a change of codebooks: then the TV has to fetch them again.
 */
export async function readPublished(
  reader: RecordReader,
  readFrame: ReadFrame,
): Promise<{ readonly published: Published; readonly isLost: boolean }> {
  const head = await headRecord.get(reader);
  const frame = await frameRecord.get(reader);
  const kept = frame === undefined ? {} : { frame };
  if (head === undefined) return { published: { snapshot: undefined, ...kept }, isLost: false };
  const own = await patternsRecord.get(reader);
  const patterns = own ?? (frame === undefined ? undefined : readFrame(frame));
  if (patterns === undefined) return { published: { snapshot: undefined }, isLost: true };
  const snapshot = { ...head, trends: head.trends.map(trendSignalFromWire), patterns };
  return { published: { snapshot, ...kept }, isLost: false };
}

function toHead({ version, timestamp, trends }: GlobalPatterns) {
  return { version, timestamp, trends: trends.map(trendSignalToWire) };
}

function isSameFrame(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return areSameNumbers(a, b);
}

function areSamePatterns(a: readonly PatternData[], b: readonly PatternData[]): boolean {
  return (
    a.length === b.length &&
    a.every((one, i) => {
      const other = b[i];
      return (
        one.id === other?.id &&
        one.genre === other.genre &&
        one.successRate === other.successRate &&
        one.sampleCount === other.sampleCount &&
        areSameNumbers(one.embedding, other.embedding)
      );
    })
  );
}

function areSameNumbers(a: Uint8Array | Float32Array, b: Uint8Array | Float32Array): boolean {
  return a.length === b.length && a.every((value, i) => Object.is(value, b[i]));
}
