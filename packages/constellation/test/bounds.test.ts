import { encodeBatchFrame, encodeDeltaFrame, decodeAnswerFrame } from '@omega-tv/compression';
import { nativeZstd } from '@omega-tv/compression/node';
import {
  contribute,
  createFederationConfig,
  emptyFederation,
  type FederationState,
} from '@omega-tv/federation';
import { describe, expect, it } from '@jest/globals';
import type { PatternData } from '@omega-tv/types';
import { createCohortKeys, createMemoryConstellationStore } from '../src/index.js';
import { bodyOf, openConstellation, patternOf, syncErrorOf, TestClock } from './support.js';
import { codecs, placedDelta, snapshots } from './v2/support.js';

function frameOf(deviceId: string, seq: number, patterns: readonly PatternData[]): Uint8Array {
  const said = patterns.map((pattern) => ({ ...pattern, newSamples: 10 }));
  const delta = placedDelta(deviceId, seq, ...said);
  const rate = { budgetBytes: 16_384, step: 0.5 };
  const random = { next: () => 0.5 };
  const capable = { ...delta, capabilities: ['positions', 'batches'] as const };
  return encodeDeltaFrame(codecs.first, capable, { rate, random }).bytes;
}

function patterns(count: number, change: Partial<PatternData> = {}): readonly PatternData[] {
  return Array.from({ length: count }, (_, i) => patternOf(i, { id: `p${i}`, ...change }));
}

describe('a genre above 64 bytes', () => {
  const genre = '\u{10ffff}'.repeat(17);
  const expected = {
    code: 'invalid-pattern',
    details: { path: 'patterns[0].genre', limit: 'at most 64 bytes of UTF-8' },
  };

  it('is refused before embeddings are read, and its delta takes its place (rule 11.31)', async () => {
    const [codec] = snapshots.codecs;
    let decoded = 0;
    const counting: typeof codec = {
      ...codec,
      decode(message, options) {
        decoded += options.count;
        return codec.decode(message, options);
      },
    };
    const constellation = await openConstellation({ snapshots: { codecs: [counting] } });
    const error = await syncErrorOf(
      constellation.syncFrame(frameOf('tv', 1, patterns(1, { genre }))),
    );
    expect(error).toMatchObject(expected);
    expect(decoded).toBe(0);
    const answer = await constellation.syncFrame(frameOf('tv', 2, patterns(1)));
    expect(decodeAnswerFrame(answer).receipt).toMatchObject({ lastSeq: 2, outcome: 'applied' });
  });

  it('is refused in v1 (rule 11.31)', async () => {
    const constellation = await openConstellation();
    const error = await syncErrorOf(
      constellation.sync(await bodyOf('tv', patternOf(0, { genre }))),
    );
    expect(error).toMatchObject(expected);
    await constellation.sync(await bodyOf('tv', patternOf(0, { genre: genre.slice(0, 32) })));
    expect(constellation.report().deltasApplied).toBe(1);
  });

  it('in a store from before gives way: what is held is published all the same (rule 11.32)', async () => {
    const store = createMemoryConstellationStore();
    const clock = new TestClock();
    const before = await openConstellation({ store });
    await before.close();
    const { offset, epoch, counters } = (await store.checkpoints.load())!;
    const { clusters, trends, counters: federationCounters } = manyLongGenres(clock.timeMs);
    await store.checkpoints.save({
      offset,
      epoch,
      counters,
      federationCounters,
      clusters,
      trends,
      devices: new Map(),
      frames: new Map(),
    });
    const constellation = await openConstellation({ store, clock, snapshots });
    const globals = await constellation.publish();
    expect(globals!.patterns.length).toBeGreaterThan(40);
    const { newest } = constellation.window!;
    expect(newest!.patterns.length).toBeGreaterThan(0);
    expect(newest!.trends.length).toBeGreaterThan(0);
    expect(constellation.window!.frameOfNewest(undefined)!.length).toBeLessThanOrEqual(5120);
    clock.timeMs += 60_000;
    expect(await constellation.publish()).toBeUndefined();
  });

  /** Forty genres of 1,020 rare characters, behind one of the usual length. */
  function manyLongGenres(receivedAtMs: number): FederationState {
    const contributions = Array.from({ length: 41 }, (_, i) => {
      const long = String.fromCodePoint(0x4e00 + i * 300).repeat(1000) + `${i}`.repeat(20);
      return Array.from({ length: i === 0 ? 12 : 3 }, (__, device) => ({
        ...patternOf(i),
        deviceId: `tv-${device}`,
        genre: i === 0 ? 'drama' : long.slice(0, 1020),
        newSamples: 10,
        receivedAtMs,
      }));
    }).flat();
    const config = createFederationConfig({ minDevices: 3 });
    return contribute(emptyFederation(), contributions, createCohortKeys(), config).state;
  }
});

describe('more than 64 patterns', () => {
  it('in a v1 delta are refused (rule 11.11)', async () => {
    const flat = patterns(65, { embedding: new Float32Array(384).fill(0.05) });
    const constellation = await openConstellation();
    const error = await syncErrorOf(constellation.sync(await bodyOf('tv', ...flat)));
    expect(error).toMatchObject({ code: 'invalid-pattern', details: { path: 'patterns[64]' } });
    await constellation.sync(await bodyOf('tv', ...flat.slice(1)));
  });

  it('in a v1 delta are refused before any is looked at (rule 11.11)', async () => {
    const json = { device_id: 'tv', patterns: Array.from({ length: 65 }, () => 'no pattern') };
    const body = await nativeZstd.compress(new TextEncoder().encode(JSON.stringify(json)));
    const constellation = await openConstellation();
    const error = await syncErrorOf(constellation.sync(body));
    expect(error).toMatchObject({
      code: 'invalid-pattern',
      details: { path: 'patterns[64]', value: 65 },
    });
  });

  it('in a batch wait undecided, and count when they come again (rule 11.11)', async () => {
    const constellation = await openConstellation({ snapshots });
    const bodies = [1, 2, 3].map((seq) => frameOf('tv', seq, patterns(30)));
    const receiptsOf = async (...frames: readonly Uint8Array[]) => {
      const answer = await constellation.syncFrame(encodeBatchFrame(frames));
      return decodeAnswerFrame(answer).receipt.batch?.map(({ lastSeq, outcome }) => [
        lastSeq,
        outcome,
      ]);
    };
    expect(await receiptsOf(...bodies)).toEqual([
      [1, 'applied'],
      [2, 'applied'],
    ]);
    expect(await receiptsOf(bodies[2]!)).toEqual([[3, 'applied']]);
    expect(constellation.report().samplesAccepted).toBe(900);
  });
});
