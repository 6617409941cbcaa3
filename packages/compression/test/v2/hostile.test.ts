import type { EmbeddingCodec } from '@omega-tv/embedding-codec';
import { encodeUniform, RangeEncoder, sha256 } from '@omega-tv/embedding-codec/coding';
import { describe, expect, it } from '@jest/globals';
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
  V2_LIMITS,
  type FramePart,
} from '../../src/index.js';
import { readFrame, SectionType, writeFrame } from '../../src/v2/container.js';
import { FieldModels } from '../../src/v2/fields/field.js';
import { FieldReader } from '../../src/v2/fields/field-reader.js';
import { FieldWriter } from '../../src/v2/fields/field-writer.js';
import { readEngagements } from '../../src/v2/sections/engagements.js';
import { readPushedPatterns } from '../../src/v2/sections/pushed-patterns.js';
import { writeSnapshotHeader } from '../../src/v2/sections/snapshot-header.js';
import { readTrends } from '../../src/v2/sections/trends.js';
import {
  codec,
  codecs,
  createRandom,
  deltaOf,
  globalsOf,
  pattern,
  patterns,
  publish,
  thrownBy,
} from './support.js';

const random = createRandom(8);
const rate = { budgetBytes: 16_384, step: 0.5 };
const findBase = () => undefined;
const delta = encodeDeltaFrame(codec, deltaOf(patterns(2)), { rate, random }).bytes;
const snapshot = publish(globalsOf(patterns(3)));

/** A codec that counts what it is asked to decode. */
function countingCodec(): { codecs: Codecs; decoded: () => number } {
  let decoded = 0;
  const counting: EmbeddingCodec = {
    ...codec,
    decode(bytes, options) {
      decoded += options.count;
      return codec.decode(bytes, options);
    },
  };
  return { codecs: new Codecs([counting]), decoded: () => decoded };
}

/** A section that says it holds `count` of something, and holds nothing. */
function emptySection(name: string, typicalBits: number, count: number): Uint8Array {
  const writer = new FieldWriter();
  writer.integer({ name, typicalBits }, count);
  return writer.finish();
}

describe('a frame', () => {
  it('is refused where it is cut, continued or changed in any bit (rule 9.1)', () => {
    const bytes = encodeSnapshotFrame(snapshot);
    for (let length = 0; length < bytes.length; length += 1) {
      const error = thrownBy(() => decodeSnapshotFrame(codecs, bytes.slice(0, length)));
      expect(error.code).toBe('compression');
    }
    for (let bit = 0; bit < 8 * bytes.length; bit += 1) {
      const flipped = bytes.slice();
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      expect(thrownBy(() => decodeSnapshotFrame(codecs, flipped)).code).toMatch(
        bit < 24 ? /compression|protocol/ : /compression/,
      );
    }
    expect(thrownBy(() => decodeSnapshotFrame(codecs, Uint8Array.of(...bytes, 0))).code).toBe(
      'compression',
    );
  });

  it('of a later version, another kind or another codebook is a protocol error (rules 9.1, 9.5)', () => {
    const later = delta.slice();
    later[2]! += 16;
    const strange = new Codecs([{ ...codec, codebook: { ...codec.codebook, id: 'f'.repeat(16) } }]);
    const decode = (bytes: Uint8Array, by = codecs) =>
      thrownBy(() => decodeDeltaFrame(by, bytes, { findBase })).code;
    expect(decode(later)).toBe('protocol');
    expect(decode(encodeSnapshotFrame(snapshot))).toBe('protocol');
    expect(decode(delta, strange)).toBe('protocol');
  });

  it('is refused above its cap before anything of it is read (rule 9.2)', () => {
    const limit = 65_536;
    const tooLong = new Uint8Array(limit + 1);
    const refusal = { code: 'compression-limit', details: { limit, size: limit + 1 } };
    expect(thrownBy(() => decodeAnswerFrame(tooLong))).toMatchObject(refusal);
    expect(thrownBy(() => decodeSnapshotFrame(codecs, tooLong))).toMatchObject(refusal);
    const request = tooLong.slice(0, 16_385);
    const requestRefusal = { code: 'compression-limit', details: { limit: 16_384, size: 16_385 } };
    expect(thrownBy(() => decodeBatchFrame(request))).toMatchObject(requestRefusal);
    expect(thrownBy(() => decodeDeltaFrame(codecs, request, { findBase }))).toMatchObject(
      requestRefusal,
    );
  });

  it('with sections of later versions is read without them (rule 9.1)', () => {
    const body = delta.slice(0, -4);
    const extended = Uint8Array.of(...body, 77, 3, 1, 2, 3);
    const bytes = Uint8Array.of(...extended, ...sha256(extended).subarray(0, 4));
    expect(decodeDeltaFrame(codecs, bytes, { findBase }).delta.patterns).toHaveLength(2);
  });
});

describe('work that costs next to no bytes', () => {
  it('counts are held to their limits before anything is made (rule 9.2)', () => {
    const reader = (...section: Parameters<typeof emptySection>) =>
      new FieldReader(emptySection(...section));
    const { maxEngagements, maxRequestPatterns, maxTrends } = V2_LIMITS;
    const above = [
      () => readPushedPatterns(reader('patterns', 4, maxRequestPatterns + 1)),
      () => readEngagements(reader('engagements', 2, maxEngagements + 1)),
      () => readTrends(reader('trends', 5, maxTrends + 1), [], 0),
    ];
    for (const read of above) expect(thrownBy(read).message).toMatch(/above/);
  });

  it('layers and embeddings of a snapshot are held to their limits before one is decoded (rule 9.2)', () => {
    const { codecs: counting, decoded } = countingCodec();
    const layered = (counts: readonly number[]): Uint8Array => {
      const layers = counts.map((count) => ({ count, codingError: 0 }));
      const header = writeSnapshotHeader({ ...snapshot, reference: snapshot, layers });
      const message = snapshot.layers[0]!.message;
      const sections = [
        { type: SectionType.header, payload: header },
        ...counts.map(() => ({ type: SectionType.embeddings, payload: message })),
      ];
      return writeFrame({ kind: 'snapshot', sections });
    };
    for (const counts of [Array<number>(65).fill(1), [4000, 97], [0]]) {
      expect(thrownBy(() => decodeSnapshotFrame(counting, layered(counts))).message).toMatch(
        /layers/,
      );
    }
    expect(decoded()).toBe(0);
  });

  it('a batch holds 32 deltas at most (rule 9.2)', () => {
    const empty = encodeDeltaFrame(codec, deltaOf([]), { rate, random }).bytes;
    const batchOf = (count: number) => Array.from({ length: count }, () => empty);
    expect(decodeBatchFrame(encodeBatchFrame(batchOf(32)))).toHaveLength(32);
    expect(thrownBy(() => encodeBatchFrame(batchOf(33))).code).toBe('compression-limit');
    const sections = batchOf(33).map((payload) => ({ type: SectionType.frame, payload }));
    const error = thrownBy(() => decodeBatchFrame(writeFrame({ kind: 'batch', sections })));
    expect(error.message).toMatch(/33 frames in a batch/);
  });

  it('a batch holds no more patterns than a delta may', () => {
    const same = Array.from({ length: 200 }, () => pattern(0));
    const coarse = { budgetBytes: 16_384, step: 1 };
    const many = encodeDeltaFrame(codec, deltaOf(same), { rate: coarse, random, base: snapshot });
    expect(
      thrownBy(() => encodeBatchFrame([many.bytes, many.bytes, many.bytes])).details,
    ).toMatchObject({
      size: 600,
      limit: V2_LIMITS.maxRequestPatterns,
    });
    const sections = [1, 2, 3].map(() => ({ type: SectionType.frame, payload: many.bytes }));
    const error = thrownBy(() => decodeBatchFrame(writeFrame({ kind: 'batch', sections })));
    expect(error.message).toMatch(/600 patterns in a batch/);
  });

  it('names that repeat are held to a limit of the section', () => {
    const writer = new FieldWriter();
    const letters = 'x'.repeat(1024);
    const write = (): void => {
      for (let i = 0; i < 65; i += 1) writer.text('id', letters);
    };
    expect(thrownBy(write).code).toBe('compression-limit');

    // The same without the writer's limit.
    const [coder, models] = [new RangeEncoder(), new FieldModels()];
    for (let i = 0; i < 65; i += 1) {
      models.ofBits({ name: 'id length', typicalBits: 3 }).encode(coder, 11);
      encodeUniform(coder, 0, 1024);
      for (const letter of letters) models.ofText('id').encode(coder, letter.charCodeAt(0));
    }
    const section = coder.finish();
    expect(section.length).toBeLessThan(1000);
    const reader = new FieldReader(section);
    for (let i = 0; i < 64; i += 1) expect(reader.text('id')).toBe(letters);
    expect(thrownBy(() => reader.text('id')).message).toMatch(/more than a name or a section/);
  });

  it('frames in frames are opened once', () => {
    let bytes = encodeBatchFrame([]);
    for (let depth = 0; depth < 2000; depth += 1) {
      bytes = writeFrame({
        kind: 'answer',
        sections: [{ type: SectionType.frame, payload: bytes }],
      });
    }
    const depthOf = (parts: readonly FramePart[]): number =>
      parts.reduce((most, part) => Math.max(most, 1 + depthOf(part.parts)), 0);
    expect(depthOf(inspectFrame(bytes).parts)).toBe(1);
    const nested = inspectFrame(encodeBatchFrame([delta]));
    expect(depthOf(nested.parts)).toBe(3);
  });

  it('a place that many patterns share is one embedding', () => {
    const same = Array.from({ length: 300 }, () => pattern(0));
    const first = publish(globalsOf([pattern(0)]));
    const second = publish(globalsOf(same, { version: 2 }), { previous: first });
    expect(second.vectors).toHaveLength(1);
    const decoded = decodeSnapshotFrame(codecs, encodeDiffFrame(first, second), first);
    expect(new Set(decoded.patterns.map(({ embedding }) => embedding)).size).toBe(1);
  });
});

describe('an answer', () => {
  const current = snapshot;
  const window = { minMs: 1, maxMs: 2 };
  const receipt = {
    serverEpoch: 'a'.repeat(16),
    lastSeq: 1,
    outcome: 'applied',
    digest: 'b'.repeat(16),
  } as const;

  it('is refused where it cannot be said', () => {
    const encode = (change: object) =>
      thrownBy(() => encodeAnswerFrame({ receipt, window, current, ...change })).code;
    expect(encode({ receipt: { ...receipt, serverEpoch: 'abc' } })).toBe('serialization');
    expect(encode({ receipt: { ...receipt, lastSeq: -1 } })).toBe('serialization');
    expect(encode({ window: { minMs: 2, maxMs: 1 } })).toBe('serialization');
    expect(encode({ current: { ...current, hash: 'XY' } })).toBe('serialization');
    expect(encode({ snapshot: new Uint8Array(V2_LIMITS.maxResponseBytes) })).toBe(
      'compression-limit',
    );
  });

  it('with sections that no server writes is refused (rule 9.2)', () => {
    const frame = encodeAnswerFrame({ receipt, window, current });
    const { sections } = readFrame(frame, frame.length);
    const codeOf = (type: number, ...bytes: readonly number[]): string =>
      thrownBy(() =>
        decodeAnswerFrame(
          writeFrame({
            kind: 'answer',
            sections: [...sections, { type, payload: Uint8Array.from(bytes) }],
          }),
        ),
      ).code;
    const one = [0, ...Array<number>(8).fill(7), 1];
    expect(codeOf(SectionType.capabilities)).toBe('compression');
    expect(codeOf(SectionType.standing)).toBe('compression');
    expect(codeOf(SectionType.standing, 1, 2, 3)).toBe('compression');
    expect(codeOf(SectionType.standing, 1, 0, 0, 0, 1, 2, 3)).toBe('compression');
    expect(codeOf(SectionType.batchReceipts, 9, ...one.slice(1))).toBe('compression');
    expect(codeOf(SectionType.batchReceipts, ...one.slice(1))).toBe('compression');
    const many = Array.from({ length: 33 }, () => one);
    expect(codeOf(SectionType.batchReceipts, ...([] as number[]).concat(...many))).toBe(
      'compression',
    );
  });

  it('of a later server that can do more is read as far as this release goes (rule 11.13)', () => {
    const frame = encodeAnswerFrame({ receipt, window, current });
    const { sections } = readFrame(frame, frame.length);
    const payload = Uint8Array.of(0x83, 0x02, 9, 9);
    const later = writeFrame({
      kind: 'answer',
      sections: [...sections, { type: SectionType.capabilities, payload }],
    });
    expect(decodeAnswerFrame(later).capabilities).toEqual(['positions', 'batches']);
  });

  it('hands out a receipt whatever its snapshot is', () => {
    const answer = encodeAnswerFrame({ receipt, window, current, snapshot: Uint8Array.of(1, 2) });
    expect(decodeAnswerFrame(answer)).toMatchObject({ receipt, snapshot: Uint8Array.of(1, 2) });
  });
});
