import { Type, type Static } from 'typebox';
import { jsonCodec, type RecordCodec } from '@omega-tv/level';
import { validatePatternData, type PushedPattern } from '@omega-tv/types';
import type { LearnedPattern } from '../engine/state.js';

const LENGTH_BYTES = 4;
const FLOAT_BYTES = 4;

const Count = Type.Integer({ minimum: 0 });

/** What a pattern is, but for the floats of its embedding. */
const PatternHeadSchema = Type.Object({
  id: Type.String(),
  genre: Type.String(),
  successRate: Type.Number(),
  sampleCount: Count,
  newSamples: Type.Optional(Count),
  profile: Type.Optional(Type.String()),
  dimension: Count,
});

const headCodec = jsonCodec(Type.Array(PatternHeadSchema));

/**
 * Patterns: the length of a JSON text in four bytes, least first, the
 * text, then the embeddings as 32-bit floats, least byte first. As JSON an embedding takes five
 * times as much.
 */
export const patternsCodec: RecordCodec<readonly StoredPattern[]> = {
  encode: (patterns) => {
    const head = headCodec.encode(patterns.map(toHead));
    const floats = patterns.reduce((sum, { embedding }) => sum + embedding.length, 0);
    const bytes = new Uint8Array(LENGTH_BYTES + head.length + floats * FLOAT_BYTES);
    const view = viewOf(bytes);
    view.setUint32(0, head.length, true);
    bytes.set(head, LENGTH_BYTES);
    let at = LENGTH_BYTES + head.length;
    for (const { embedding } of patterns) {
      for (const value of embedding) {
        view.setFloat32(at, value, true);
        at += FLOAT_BYTES;
      }
    }
    return bytes;
  },
  decode: (bytes) => {
    const view = viewOf(bytes);
    const end = LENGTH_BYTES + view.getUint32(0, true);
    const heads = headCodec.decode(bytes.subarray(LENGTH_BYTES, end));
    const floats = heads.reduce((sum, { dimension }) => sum + dimension, 0);
    if (end + floats * FLOAT_BYTES !== bytes.length)
      throw new Error('its floats are not all there');
    let at = end;
    return heads.map((head) => {
      const pattern = fromHead(head, readFloats(view, at, head.dimension));
      at += head.dimension * FLOAT_BYTES;
      return pattern;
    });
  },
};

/** A pattern with what a push, or the TV, says of it besides. */
type StoredPattern = PushedPattern & LearnedPattern;

/** One pattern, as one of several. */
export const patternCodec: RecordCodec<LearnedPattern> = {
  encode: (pattern) => patternsCodec.encode([pattern]),
  decode: (bytes) => {
    const [pattern, ...others] = patternsCodec.decode(bytes);
    if (pattern === undefined || others.length > 0) throw new Error('it is not one pattern');
    return pattern;
  },
};

function toHead(pattern: StoredPattern): Static<typeof PatternHeadSchema> {
  const { id, genre, successRate, sampleCount, newSamples, profile, embedding } = pattern;
  return {
    id,
    genre,
    successRate,
    sampleCount,
    ...(newSamples === undefined ? {} : { newSamples }),
    ...(profile === undefined ? {} : { profile }),
    dimension: embedding.length,
  };
}

/** @throws SyncError `invalid-pattern` for one that could not have been stored. */
function fromHead(
  { dimension: _, newSamples, profile, ...head }: Static<typeof PatternHeadSchema>,
  embedding: Float32Array,
): StoredPattern {
  const pattern = { ...head, embedding };
  validatePatternData(pattern);
  return {
    ...pattern,
    ...(newSamples === undefined ? {} : { newSamples }),
    ...(profile === undefined ? {} : { profile }),
  };
}

function readFloats(view: DataView, at: number, count: number): Float32Array {
  return Float32Array.from({ length: count }, (_, i) =>
    view.getFloat32(at + i * FLOAT_BYTES, true),
  );
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
