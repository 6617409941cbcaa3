import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isSyncError } from '@omega-tv/types';
import {
  decodeAnswerFrame,
  decodeDeltaFrame,
  encodeAnswerFrame,
  encodeDeltaFrame,
  fillTitles,
  heldTitles,
  meanViewersOf,
  publishTitles,
  receiveTitles,
  titlesOf,
  toTitleHash,
  weightsOf,
  type TitleHoldings,
  type TitleList,
  type TitlePiece,
} from '../../src/index.js';
import { decodePiece, encodePiece } from '../../src/v2/titles/piece-frame.js';
import { PIECES } from '../../src/v2/titles/title-list.js';
import { readHeldTitles, writeHeldTitles } from '../../src/v2/titles/held-titles-section.js';
import { readHits, writeHits } from '../../src/v2/titles/hits-section.js';
import {
  readViewerFactors,
  writeViewerFactors,
} from '../../src/v2/titles/viewer-factors-section.js';
import { codec, codecs, createRandom, deltaOf, publish, globalsOf, thrownBy } from './support.js';
import { factorsOf } from './titles-support.js';

const BUDGET = 5000;
const findBase = () => undefined;

/** What a TV holds after so many answers. */
function receive(list: TitleList, answers: number, holdings: TitleHoldings = {}): TitleHoldings {
  let held = holdings;
  for (let i = 0; i < answers; i += 1) {
    const payload = fillTitles(list, heldTitles(held), BUDGET);
    if (payload === undefined) break;
    expect(payload.length).toBeLessThanOrEqual(BUDGET);
    held = receiveTitles(held, payload);
  }
  return held;
}

function piecesOf({ pieces }: Pick<TitleList, 'pieces'>): readonly TitlePiece[] {
  return [...pieces.values()].sort((a, b) => a.index - b.index);
}

describe('the list of titles', () => {
  const first = publishTitles(undefined, factorsOf(1500));

  it('comes in whole pieces, most completed titles first, until a TV lacks nothing (rules 12.10, 12.11)', () => {
    const once = receive(first, 1);
    const got = [...once.current!.pieces.values()].flatMap(({ titles }) => titles);
    expect(got.length).toBeGreaterThan(150);
    const hashes = new Map(
      factorsOf(1500).titles.map(({ contentId }, rank) => [toTitleHash(contentId), rank]),
    );
    const leading = got.filter(({ hash }) => hashes.get(hash)! < 128);
    expect(leading).toHaveLength(128);
    const all = receive(first, 12);
    expect(piecesOf(all.current!)).toEqual(piecesOf(first));
    expect(fillTitles(first, heldTitles(all), BUDGET)).toBeUndefined();
  });

  it('decodes to its coordinates within half a step, and to its counts within a seventh of an octave (rule 12.10)', () => {
    const { head, pieces } = receive(first, 12).current!;
    const exact = new Map(
      factorsOf(1500).titles.map((title) => [toTitleHash(title.contentId), title]),
    );
    for (const title of [...pieces.values()].flatMap((piece) => titlesOf(head, piece))) {
      const { count, coordinates } = exact.get(title.hash)!;
      title.coordinates.forEach((value, axis) => {
        expect(Math.abs(value - coordinates[axis]!)).toBeLessThanOrEqual(head.step / 2 + 1e-9);
      });
      const ratio = (1 + title.count) / (1 + count);
      expect(Math.abs(Math.log2(ratio))).toBeLessThan(0.15);
    }
    expect(weightsOf(head)[4]).toBe(0.5);
    expect(meanViewersOf(head)[1]![3]).toBe(0.25);
  });

  it('has levels that double from 64 titles on, in pieces of one part of the hashes each (rule 12.10)', () => {
    const ranks = new Map(
      factorsOf(1500).titles.map(({ contentId }, rank) => [toTitleHash(contentId), rank]),
    );
    for (const { index, titles } of first.pieces.values()) {
      const parts = index === 0 ? 1 : 2 ** Math.floor(Math.log2(index));
      const [least, end] = index === 0 ? [0, 64] : [64 * parts, 128 * parts];
      for (const { hash } of titles) {
        expect(ranks.get(hash)).toBeGreaterThanOrEqual(least);
        expect(ranks.get(hash)).toBeLessThan(end);
        expect(Math.floor((hash * parts) / 2 ** 32)).toBe(index === 0 ? 0 : index - parts);
      }
    }
    expect(first.head.titles).toBe(1500);
  });

  it('is the same for all TVs that lack the same (rule 12.10)', () => {
    const again = publishTitles(undefined, factorsOf(1500));
    expect(fillTitles(again, undefined, BUDGET)).toEqual(fillTitles(first, undefined, BUDGET));
  });

  it('keeps what hardly moved, and is no new version where nothing did (rule 12.10)', () => {
    const isSame = (moved: number) => publishTitles(first, factorsOf(1500, { moved })) === first;
    expect([isSame(0), isSame(0.001)]).toEqual([true, true]);
    const third = publishTitles(first, factorsOf(1500, { moved: 0.03 }));
    const before = new Set([...first.pieces.values()].flatMap(({ titles }) => titles));
    const after = [...third.pieces.values()].flatMap(({ titles }) => titles);
    const kept = after.filter((title) => before.has(title)).length;
    expect(kept).toBeGreaterThan(100);
    expect(kept).toBeLessThan(1500);
    const held = receive(third, 12, receive(first, 12));
    expect(piecesOf(held.current!)).toEqual(piecesOf(third));
  });

  it('a diff leads to the very same piece as the whole, in fewer bytes (rule 12.10)', () => {
    const second = publishTitles(first, factorsOf(1500, { moved: 0.3 }));
    for (const [index, piece] of second.pieces) {
      const base = first.pieces.get(index)!;
      if (piece === base) continue;
      const [whole, diff] = [encodePiece(piece), encodePiece(piece, base)];
      expect(diff.length).toBeLessThan(whole.length);
      expect(decodePiece(diff, base)).toEqual(piece);
      expect(decodePiece(whole)).toEqual(piece);
      expect(thrownBy(() => decodePiece(diff)).code).toBe('compression');
    }
  });

  it('titles come and go by rank without moving those that stay (rule 12.10)', () => {
    const { titles, ...rest } = factorsOf(1500);
    const without = titles.filter((_, i) => i % 97 !== 5);
    const fresh = titles.slice(0, 9).map((title, i) => ({ ...title, contentId: `new-${i}` }));
    const second = publishTitles(first, { ...rest, titles: [...fresh, ...without] });
    const held = receive(second, 12, receive(first, 12));
    expect(piecesOf(held.current!)).toEqual(piecesOf(second));
    expect(second.pieces.size).toBeLessThanOrEqual(PIECES);
  });

  it('a new generation is computed with once half of the old one has arrived (rule 12.10)', () => {
    const next = publishTitles(first, factorsOf(1500, { seed: 5, generation: 2 }));
    const held = receive(first, 12);
    const once = receive(next, 1, held);
    expect([once.current!.head.generation, once.next!.head.generation]).toEqual([1, 2]);
    const all = receive(next, 12, held);
    expect(all.current!.head.generation).toBe(2);
    expect(all.next).toBeUndefined();
  });
});

describe('an answer', () => {
  it('hands titles out unread; one without them is as it was (rule 12.11)', () => {
    const list = publishTitles(undefined, factorsOf(200));
    const titles = fillTitles(list, undefined, BUDGET)!;
    const receipt = {
      serverEpoch: 'a'.repeat(16),
      lastSeq: 1,
      outcome: 'applied',
      digest: 'b'.repeat(16),
    } as const;
    const bare = { receipt, window: { minMs: 1, maxMs: 2 }, current: publish(globalsOf([])) };
    expect(decodeAnswerFrame(encodeAnswerFrame({ ...bare, titles })).titles).toEqual(titles);
    expect(decodeAnswerFrame(encodeAnswerFrame(bare)).titles).toBeUndefined();
    expect(fillTitles(list, undefined, 10)).toBeUndefined();
  });
});

describe('what a delta says for learning', () => {
  const viewerFactors = {
    generation: 3,
    historyClass: 2,
    coordinates: Float32Array.from({ length: 32 }, (_, i) => 5 * Math.sin(i)),
  };
  const pieces = [
    { index: 0, version: 7 },
    { index: 3, version: 9 },
    { index: 31, version: 9 },
  ];
  const held = { generation: 3, head: 9, pieces };

  it('comes back, beside what a delta held before (rule 12.12)', () => {
    const delta = deltaOf([], { viewerFactors, heldTitles: held, hits: [true, false, true] });
    const { bytes } = encodeDeltaFrame(codec, delta, {
      rate: { budgetBytes: 512 },
      random: createRandom(3),
    });
    const { delta: read } = decodeDeltaFrame(codecs, bytes, { findBase });
    expect(read).toMatchObject({ heldTitles: held, hits: [true, false, true] });
    expect(read.viewerFactors).toMatchObject({ generation: 3, historyClass: 2 });
    const plain = encodeDeltaFrame(codec, deltaOf([]), { rate: { budgetBytes: 512 } }).bytes;
    expect(bytes.length - plain.length).toBeLessThan(49);
  });

  it('viewer factors take 22 bytes, and their mean over many is exact (rule 12.12)', () => {
    const random = createRandom(11);
    const sum = new Float64Array(32);
    const encodings = 4000;
    for (let i = 0; i < encodings; i += 1) {
      const payload = writeViewerFactors(viewerFactors, random);
      expect(payload.length).toBeLessThanOrEqual(22);
      const { coordinates } = readViewerFactors(payload);
      for (let axis = 0; axis < 32; axis += 1) sum[axis]! += coordinates[axis]! / encodings;
    }
    // A step is at most 5/15 x 17/16; the deviation of a mean of 4,000 at most half of it / 63.
    viewerFactors.coordinates.forEach((value, axis) => {
      expect(Math.abs(sum[axis]! - value)).toBeLessThan(0.014);
    });
  });

  it('what cannot be said is refused (rule 12.12)', () => {
    const random = createRandom(1);
    const write = (change: object) => () =>
      writeViewerFactors({ ...viewerFactors, ...change }, random);
    expect(thrownBy(write({ coordinates: [1, 2] })).code).toBe('serialization');
    expect(thrownBy(write({ coordinates: new Float32Array(32).fill(NaN) })).code).toBe(
      'serialization',
    );
    expect(thrownBy(write({ historyClass: 4 })).code).toBe('serialization');
    expect(thrownBy(() => writeHits([])).code).toBe('serialization');
    const twice = [...pieces, { index: 31, version: 1 }];
    expect(thrownBy(() => writeHeldTitles({ ...held, pieces: twice })).code).toBe('serialization');
  });
});

describe('hostile bytes', () => {
  const list = publishTitles(undefined, factorsOf(300));
  const second = publishTitles(list, factorsOf(300, { moved: 0.5 }));
  const holdings = receive(list, 12);
  const payloads = [
    fillTitles(list, undefined, BUDGET)!,
    fillTitles(second, heldTitles(holdings), BUDGET)!,
  ];
  const readers: readonly [string, Uint8Array, (bytes: Uint8Array) => unknown][] = [
    ['titles', payloads[0]!, (bytes) => receiveTitles({}, bytes)],
    ['diffs', payloads[1]!, (bytes) => receiveTitles(holdings, bytes)],
    [
      'viewer factors',
      writeViewerFactors(
        { generation: 1, historyClass: 0, coordinates: new Float32Array(32).fill(1) },
        createRandom(1),
      ),
      readViewerFactors,
    ],
    [
      'held titles',
      writeHeldTitles({ generation: 1, head: 4, pieces: [{ index: 2, version: 3 }] }),
      readHeldTitles,
    ],
    ['hits', writeHits([true, false]), readHits],
  ];

  it.each(readers)(
    '%s: cut, flipped or drawn at random they are read or refused with a SyncError (rules 9.2, 12.10)',
    (_, good, read) => {
      const attempt = (bytes: Uint8Array) => {
        try {
          read(bytes);
        } catch (error) {
          if (!isSyncError(error, 'compression')) throw error;
        }
      };
      read(good);
      for (let length = 0; length < good.length; length += 7) attempt(good.slice(0, length));
      fc.assert(
        fc.property(fc.nat(8 * good.length - 1), (bit) => {
          const flipped = good.slice();
          flipped[bit >> 3]! ^= 1 << (bit & 7);
          attempt(flipped);
        }),
        { numRuns: 150 },
      );
      fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), attempt), { numRuns: 300 });
    },
  );

  it('a piece that was changed is not taken for itself (rule 12.10)', () => {
    const piece = [...list.pieces.values()][0]!;
    const bytes = encodePiece(piece);
    for (let bit = 0; bit < 8 * bytes.length; bit += 5) {
      const flipped = bytes.slice();
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      expect(thrownBy(() => decodePiece(flipped)).code).toBe('compression');
    }
  });
});
