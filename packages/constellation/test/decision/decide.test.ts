import { digestDelta } from '@omega-tv/compression';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  decide as decideAt,
  refuse as refuseAt,
  type Decision,
} from '../../src/decision/decide.js';
import { toServerEpoch } from '../../src/secrets.js';
import type { DeviceRecord } from '../../src/decision/device-record.js';

interface Pushed {
  readonly epoch: number;
  readonly seq: number;
  readonly id?: string;
  readonly samples?: number;
  readonly settled?: number;
  readonly capable?: boolean;
}

/** A delta of one pattern, `samples` of which are new. */
function deltaOf({ epoch, seq, id = 'p', samples = 3, settled = 10, capable = true }: Pushed) {
  const pattern = { id, genre: 'drama', successRate: 0.9, sampleCount: settled + samples };
  return {
    deviceId: 'tv',
    version: 1,
    timestamp: '2026-11-22T10:00:00Z',
    position: { deviceEpoch: epoch, seq },
    patterns: [{ ...pattern, newSamples: samples }],
    ...(capable ? { capabilities: ['positions'] as const } : {}),
  };
}

type Delta = Parameters<typeof decideAt>[1];
const decide = (record: DeviceRecord | undefined, delta: Delta) => decideAt(record, delta, 'here');
const refuse = (record: DeviceRecord | undefined, delta: Delta) => refuseAt(record, delta, 'here');

/** Decides one after another, as a server does. */
function replay(...pushes: readonly Pushed[]): readonly Decision[] {
  let record: DeviceRecord | undefined;
  return pushes.map((pushed) => {
    const decision = decide(record, deltaOf(pushed));
    record = decision.record ?? record;
    return decision;
  });
}

const lastOf = (...pushes: readonly Pushed[]): Decision => replay(...pushes).at(-1)!;
const samplesOf = (decisions: readonly Decision[]): number =>
  decisions.flatMap(({ increments }) => increments).reduce((sum, count) => sum + count, 0);

describe('a delta that opens an epoch', () => {
  const opening = deltaOf({ epoch: 7, seq: 1, samples: 12, settled: 0 });

  it.each([
    ['the server that decides', toServerEpoch('here'), [12], 1],
    ['another one', toServerEpoch('before the restore'), [], 0],
  ])('and names %s (rule 11.39)', (_, serverEpoch, increments, lastSeq) => {
    const decision = decide(undefined, { ...opening, serverEpoch });
    expect(decision).toMatchObject({ increments, isDecided: lastSeq === 1, receipt: { lastSeq } });
    expect(decision.receipt.outcome).toBe(lastSeq === 1 ? 'applied' : 'refused');
    expect(decision.record === undefined).toBe(lastSeq === 0);
  });

  it('for another server is not refused for good either, and one in an open epoch counts (rule 11.39)', () => {
    const serverEpoch = toServerEpoch('before the restore');
    expect(refuse(undefined, { ...opening, serverEpoch })).toBeUndefined();
    const { record } = decide(undefined, opening);
    const next = { ...deltaOf({ epoch: 7, seq: 2 }), serverEpoch };
    expect(decide(record, next).increments).toEqual([3]);
  });
});

describe('an epoch that is counted by position', () => {
  it('is opened by its first delta, and counts what each says is new (rule 11.14)', () => {
    const decisions = replay({ epoch: 7, seq: 1, samples: 12, settled: 0 }, { epoch: 7, seq: 2 });
    expect(decisions.map(({ increments }) => increments)).toEqual([[12], [3]]);
    expect(decisions[1]).toMatchObject({
      isDecided: true,
      receipt: {
        lastSeq: 2,
        outcome: 'applied',
        digest: digestDelta(deltaOf({ epoch: 7, seq: 2 })),
      },
      standing: { position: { deviceEpoch: 7, seq: 1 } },
    });
  });

  it('keeps no marks: any number of pattern ids is counted (rule 11.14)', () => {
    const pushes = Array.from({ length: 300 }, (_, i) => ({ epoch: 7, seq: i + 1, id: `p${i}` }));
    const decisions = replay(...pushes);
    expect(samplesOf(decisions)).toBe(900);
    expect(decisions.at(-1)!.record!.marks.size).toBe(0);
  });

  it('counts a repeated delta nothing, and names the content decided last (rule 11.14)', () => {
    const [, second, again, older] = replay(
      { epoch: 7, seq: 1 },
      { epoch: 7, seq: 2 },
      { epoch: 7, seq: 2, samples: 5 },
      { epoch: 7, seq: 1 },
    );
    for (const repeated of [again, older]) {
      expect(repeated).toEqual({
        increments: [],
        isDecided: true,
        receipt: { ...second!.receipt, outcome: 'duplicate' },
        standing: { position: { deviceEpoch: 7, seq: 2 } },
      });
    }
  });

  it('decides nothing behind a gap, and says where it stands (rule 11.14)', () => {
    const gap = lastOf({ epoch: 7, seq: 1 }, { epoch: 7, seq: 3 });
    expect(gap).toMatchObject({
      increments: [],
      isDecided: false,
      receipt: { lastSeq: 1, outcome: 'refused' },
      standing: { position: { deviceEpoch: 7, seq: 1 } },
    });
    expect(gap.record).toBeUndefined();
  });

  it('is not opened by a later delta: what a server lost is seen (rule 11.14)', () => {
    const lost = lastOf({ epoch: 7, seq: 5 });
    expect(lost).toMatchObject({ isDecided: false, receipt: { lastSeq: 0, outcome: 'refused' } });
    expect(lost.standing).toEqual({});
  });

  it('counts no echo of a published pattern, and refuses one that does not say what is new (rules 4.4, 11.14)', () => {
    expect(lastOf({ epoch: 7, seq: 1, id: 'global:drama-1' }).increments).toEqual([0]);
    const delta = deltaOf({ epoch: 7, seq: 1 });
    const { newSamples: _, ...silent } = delta.patterns[0]!;
    const pushed = (): Decision => decide(undefined, { ...delta, patterns: [silent] });
    expect(pushed).toThrow('patterns[0].newSamples must be said where positions count');
  });
});

describe('a refusal for good', () => {
  it('takes the place of its delta, and is told again when that comes again (rule 11.15)', () => {
    const delta = deltaOf({ epoch: 7, seq: 1 });
    const { record, increments, receipt } = refuse(undefined, delta)!;
    expect(increments).toEqual([]);
    expect(receipt).toEqual({ lastSeq: 1, outcome: 'refused', digest: digestDelta(delta) });
    expect(decide(record, delta)).toMatchObject({ isDecided: true, increments: [], receipt });
    expect(decide(record, deltaOf({ epoch: 7, seq: 2 })).increments).toEqual([3]);
  });

  it('leaves no trace where positions do not count (rule 11.15)', () => {
    expect(refuse(undefined, deltaOf({ epoch: 7, seq: 1, capable: false }))).toBeUndefined();
    expect(refuse(undefined, deltaOf({ epoch: 7, seq: 2 }))).toBeUndefined();
  });
});

describe('another epoch', () => {
  it('closes the one before: nothing counts there any more, nor opens it again (rule 11.16)', () => {
    const [, , , repeated, closed] = replay(
      { epoch: 7, seq: 1 },
      { epoch: 7, seq: 2 },
      { epoch: 8, seq: 1 },
      { epoch: 7, seq: 2 },
      { epoch: 7, seq: 3 },
    );
    expect(repeated).toMatchObject({
      isDecided: true,
      receipt: { lastSeq: 2, outcome: 'duplicate' },
    });
    expect(closed).toMatchObject({ isDecided: false, receipt: { lastSeq: 2, outcome: 'refused' } });
    expect(samplesOf([repeated!, closed!])).toBe(0);
  });

  it('closes eight at most, the oldest forgotten first (rule 11.16)', () => {
    const opened = Array.from({ length: 10 }, (_, i) => ({ epoch: i + 1, seq: 1 }));
    const { record } = lastOf(...opened);
    const closed = record!.closed!.map(({ deviceEpoch }) => deviceEpoch);
    expect(closed).toEqual([9, 8, 7, 6, 5, 4, 3, 2]);
    for (const epoch of closed) {
      expect(decide(record, deltaOf({ epoch, seq: 2 })).isDecided).toBe(false);
    }
  });

  it('that says nothing of positions is counted by marks, whatever stands before it (rule 11.8)', () => {
    const [, first, again] = replay(
      { epoch: 7, seq: 1 },
      { epoch: 8, seq: 40, settled: 0, samples: 12, capable: false },
      { epoch: 8, seq: 41, settled: 0, samples: 15, capable: false },
    );
    expect([first!.increments, again!.increments]).toEqual([[12], [3]]);
  });

  it('stays with the marks that it was opened with, whatever later deltas say (rule 11.14)', () => {
    const [, capable] = replay(
      { epoch: 7, seq: 1, settled: 0, samples: 12, capable: false },
      { epoch: 7, seq: 2, settled: 0, samples: 12 },
    );
    expect(capable).toMatchObject({ increments: [0], receipt: { outcome: 'duplicate' } });
  });
});

it('each sample counts once, in whatever order copies of deltas arrive (rules 11.14, 11.16)', () => {
  const delivery = fc.array(fc.record({ step: fc.nat({ max: 9 }), late: fc.nat({ max: 9 }) }), {
    maxLength: 60,
  });
  fc.assert(
    fc.property(delivery, (steps) => {
      // What a TV does: the next delta of its epoch, at times a new epoch; any earlier one may come again.
      const sent: Pushed[] = [{ epoch: 1, seq: 1 }];
      const arrived: Pushed[] = [];
      for (const { step, late } of steps) {
        const last = sent.at(-1)!;
        arrived.push(last, sent[late % sent.length]!);
        sent.push(
          step === 0
            ? { epoch: last.epoch + 1, seq: 1, samples: step + 1 }
            : { epoch: last.epoch, seq: last.seq + 1, samples: step + 1 },
        );
      }
      const distinct = sent.slice(0, -1).map(({ samples = 3 }) => samples);
      fc.pre(new Set(arrived.map(({ epoch }) => epoch)).size <= 8);
      expect(samplesOf(replay(...arrived))).toBe(distinct.reduce((sum, one) => sum + one, 0));
    }),
    { numRuns: 300, seed: 11 },
  );
});
