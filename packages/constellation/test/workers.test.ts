import { describe, expect, it } from '@jest/globals';
import { encodeBatchFrame, encodeDeltaFrame, type Snapshot } from '@omega-tv/compression';
// As it is built: workers are files of their own.
// eslint-disable-next-line @nx/enforce-module-boundaries
import { Constellation, createMemoryConstellationStore } from '@omega-tv/constellation';
import type { CohortKeys } from '@omega-tv/federation';
import { onTestFinished } from '@omega-tv/test-support';
import type { PatternData } from '@omega-tv/types';
import { bodyOf, format, patternOf, syncErrorOf, TestClock } from './support.js';
import { codecs, placedDelta, snapshots } from './v2/support.js';

function frameOf(
  deviceId: string,
  seq: number,
  patterns: readonly PatternData[],
  base?: Snapshot,
): Uint8Array {
  const said = patterns.map((pattern) => ({ ...pattern, newSamples: 10 }));
  const delta = {
    ...placedDelta(deviceId, seq, ...said),
    capabilities: ['positions', 'batches'] as const,
    engagements: [{ contentId: `imdb:tt${seq}`, count: 1, completed: true }],
  };
  const options = { rate: { budgetBytes: 8192, step: 0.05 }, random: { next: () => 0.5 } };
  return encodeDeltaFrame(codecs.first, delta, base === undefined ? options : { ...options, base })
    .bytes;
}

async function open(workers: number) {
  let drawn = 0;
  const keys: CohortKeys = {
    drawKey: () => `key-${(drawn += 1)}`,
    tagDevice: (key, id) => `${key}/${id}`,
  };
  const store = createMemoryConstellationStore();
  const constellation = await Constellation.open({
    store,
    format,
    clock: new TestClock(),
    federation: { minDevices: 3 },
    snapshots,
    keys,
    workers,
  });
  onTestFinished(() => constellation.close());
  return { store, constellation };
}

/** A life, and all that is left of it. */
async function live(workers: number) {
  const { store, constellation } = await open(workers);
  const patterns = Array.from({ length: 20 }, (_, i) => patternOf(i));
  const answers: Uint8Array[] = [];
  for (const tv of ['a', 'b', 'c']) {
    answers.push(await constellation.syncFrame(frameOf(tv, 1, patterns)));
    answers.push(await constellation.sync(await bodyOf(`v1-${tv}`, patternOf(30))));
  }
  await constellation.publish();
  const base = constellation.window!.newest!;
  for (const tv of ['a', 'b', 'c']) {
    const batch = [2, 3].map((seq) => frameOf(tv, seq, patterns.slice(seq, 18), base));
    answers.push(await constellation.syncFrame(encodeBatchFrame(batch)));
    answers.push(await constellation.syncFrame(frameOf(tv, 3, patterns, base)));
  }
  await constellation.publish();
  await constellation.checkpoint();
  return { checkpoint: await store.checkpoints.load(), answers, report: constellation.report() };
}

describe('with workers', () => {
  it('a server answers, holds and publishes the same bytes as without (rule 7.9)', async () => {
    expect(await live(2)).toEqual(await live(0));
  });

  it('what is refused is refused for the same reason (rule 11.11)', async () => {
    const many = Array.from({ length: 65 }, (_, i) => patternOf(i, { id: `p${i}` }));
    const spoiled = frameOf('tv', 1, many.slice(0, 12));
    const errors = [];
    for (const workers of [0, 1]) {
      const { constellation } = await open(workers);
      errors.push(await syncErrorOf(constellation.syncFrame(frameOf('tv', 1, many))));
      const unknown = {
        version: 9,
        stream: 'global',
        hash: '0'.repeat(16),
        patterns: [],
      } as unknown as Snapshot;
      const error = syncErrorOf(
        constellation.syncFrame(frameOf('x', 1, many.slice(0, 12), unknown)),
      );
      errors.push(await error);
      errors.push(await syncErrorOf(constellation.syncFrame(spoiled.subarray(0, -9))));
    }
    const said = errors.map(({ code, message, retryable }) => ({ code, message, retryable }));
    expect(said.slice(3)).toEqual(said.slice(0, 3));
  });
});
