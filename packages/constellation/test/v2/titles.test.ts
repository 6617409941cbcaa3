import {
  decodeAnswerFrame,
  encodeDeltaFrame,
  heldTitles,
  receiveTitles,
  titlesOf,
  toTitleHash,
  type TitleHoldings,
} from '@omega-tv/compression';
import { describe, expect, it } from '@jest/globals';
import { createRandom } from '@omega-tv/seeded-random';
import { MAX_INTEGER, type SyncDelta } from '@omega-tv/types';
import {
  createMemoryConstellationStore,
  openLevelConstellationStore,
  type Constellation,
} from '../../src/index.js';
import { ControlledStore } from '../controlled-store.js';
import {
  bodyOf,
  deviceKeyOf,
  format as v1,
  openConstellation,
  patternOf,
  syncErrorOf,
  temporaryFolder,
  TestClock,
} from '../support.js';
import { codecs, placedDelta, snapshots } from './support.js';

const random = createRandom('titles');
const learning = { minDevices: 3, maxCompletionsPerDay: MAX_INTEGER };

/** A TV that reports a completion, with a viewer of one of two tastes. */
function completion(deviceId: string, seq: number, contentId: string): SyncDelta {
  const taste = Number(contentId.slice(-1)) % 2;
  return {
    ...placedDelta(deviceId, seq),
    capabilities: ['positions', 'batches', 'titles'],
    engagements: [{ contentId, count: 1, completed: true }],
    viewerFactors: {
      generation: 0,
      historyClass: 0,
      coordinates: Float64Array.from({ length: 32 }, (_, axis) =>
        axis % 2 === taste ? 1 + random.next() : random.next() - 0.5,
      ),
    },
  };
}

async function sync(constellation: Constellation, delta: SyncDelta, minimal = false) {
  const rate = { budgetBytes: 2048 };
  const { bytes } = encodeDeltaFrame(codecs.first, delta, { rate, random });
  const answer = await constellation.syncFrame(bytes, { minimal });
  return { ...decodeAnswerFrame(answer), bytes: answer.length, answer };
}

/** What a TV that holds this says when it has nothing to tell. */
function poll(holdings: TitleHoldings = {}): SyncDelta {
  const held = heldTitles(holdings);
  return {
    ...placedDelta('viewer', 1),
    capabilities: ['positions', 'titles'],
    ...(held === undefined ? {} : { heldTitles: held }),
  };
}

/** Twelve TVs complete so many titles each. */
async function teach(constellation: Constellation, titles: number, firstSeq = 1): Promise<void> {
  for (let tv = 0; tv < 12; tv += 1) {
    for (let i = 0; i < titles; i += 1) {
      await sync(constellation, completion(`tv-${tv}`, firstSeq + i, `imdb:tt${i}`));
    }
  }
}

async function open(options: Parameters<typeof openConstellation>[0] = {}) {
  return openConstellation({ snapshots, learning, ...options });
}

function titleCount({ current }: TitleHoldings): number {
  return [...(current?.pieces.values() ?? [])].reduce((sum, { titles }) => sum + titles.length, 0);
}

describe('titles', () => {
  it('that k devices completed are published, and reach a TV that reads them (rules 11.26, 11.27)', async () => {
    const constellation = await open();
    await teach(constellation, 12);
    for (const tv of ['tv-1', 'tv-2']) await sync(constellation, completion(tv, 13, 'imdb:tt77'));
    await constellation.publish();
    const { titles, capabilities } = await sync(constellation, poll());
    expect(capabilities).toContain('titles');
    const { current } = receiveTitles({}, titles!);
    const received = [...current!.pieces.values()].flatMap((piece) =>
      titlesOf(current!.head, piece),
    );
    const known = Array.from({ length: 12 }, (_, i) => toTitleHash(`imdb:tt${i}`));
    expect(received.map(({ hash }) => hash).sort()).toEqual(known.sort());
    for (const { count } of received) expect(Math.abs(count - 12)).toBeLessThan(2);
    const old = await sync(constellation, { ...poll(), capabilities: ['positions'] });
    expect(old.titles).toBeUndefined();
    expect((await sync(constellation, poll(), true)).titles).toBeUndefined();
    expect((await sync(constellation, poll({ current: current! }))).titles).toBeUndefined();
  });

  it('count by position alone: a repeated delta, and one by marks, add nothing (rule 11.26)', async () => {
    const constellation = await open();
    const trendsAfter = async () => {
      for (let i = 0; i < 3; i += 1) {
        await sync(constellation, { ...placedDelta(`old-${i}`, 1), engagements: ENGAGED });
      }
      for (const tv of ['tv-1', 'tv-2', 'tv-1', 'tv-2']) {
        await sync(constellation, completion(tv, 1, 'imdb:tt1'));
      }
      return (await constellation.publish())?.trends;
    };
    const ENGAGED = [{ contentId: 'imdb:tt1', count: 1, completed: true }];
    expect(await trendsAfter()).toBeUndefined();
    await sync(constellation, completion('tv-3', 1, 'imdb:tt1'));
    expect((await constellation.publish())?.trends).toHaveLength(1);
  });

  it('and the position commit in one step: what the disk did not take counts once (rule 11.26)', async () => {
    const store = new ControlledStore(createMemoryConstellationStore());
    const constellation = await open({ store });
    await sync(constellation, completion('tv-1', 1, 'imdb:tt1'));
    await sync(constellation, completion('tv-2', 1, 'imdb:tt1'));
    store.plan('fail');
    const error = await syncErrorOf(sync(constellation, completion('tv-3', 1, 'imdb:tt1')));
    expect(error.retryable).toBe(true);
    expect(await constellation.publish()).toBeUndefined();
    await sync(constellation, completion('tv-3', 1, 'imdb:tt1'));
    expect((await constellation.publish())?.trends).toMatchObject([{ contentId: 'imdb:tt1' }]);
  });

  it('come in answers of 5,120 bytes, until a TV has them all, and the snapshot last (rule 11.27)', async () => {
    const constellation = await open({ learning: { ...learning, minDevices: 3 } });
    await teach(constellation, 700);
    // Eight patterns a TV: of more, not all samples are learned.
    for (const tv of ['a', 'b', 'c']) {
      for (let group = 0; group < 3; group += 1) {
        const patterns = Array.from({ length: 8 }, (_, i) => ({
          ...patternOf((8 * group + i) * 7, { id: `p${i}` }),
          newSamples: 10,
        }));
        const delta = placedDelta(`${tv}-${group}`, 1, ...patterns);
        await sync(constellation, { ...delta, capabilities: ['positions'] });
      }
    }
    await constellation.publish();
    let holdings: TitleHoldings = {};
    const counts: number[] = [];
    const snapshotsAt: number[] = [];
    for (let exchange = 0; exchange < 6; exchange += 1) {
      const answer = await sync(constellation, poll(holdings));
      expect(answer.bytes).toBeLessThanOrEqual(5120);
      if (answer.titles !== undefined) holdings = receiveTitles(holdings, answer.titles);
      if (answer.snapshot !== undefined) snapshotsAt.push(exchange);
      counts.push(titleCount(holdings));
    }
    expect(counts[0]).toBeGreaterThan(200);
    expect(counts.at(-1)).toBe(700);
    // Patterns wait until no title is lacking, or they find room beside the last ones.
    expect(counts[snapshotsAt[0]!]).toBe(700);
    expect(snapshotsAt[0]).toBeGreaterThan(0);
  }, 60_000);

  it('survive a restart: the same bytes, and what did not change makes no version (rule 11.28)', async () => {
    const directory = await temporaryFolder();
    const clock = new TestClock();
    const start = async () =>
      open({ store: await openLevelConstellationStore({ directory }), clock });
    const before = await start();
    await teach(before, 20);
    await sync(before, completion('tv-1', 21, 'imdb:tt99'));
    await before.publish();
    const { titles } = await sync(before, poll());
    await before.close();
    const after = await start();
    expect((await sync(after, poll())).titles).toEqual(titles);
    const held = receiveTitles({}, titles!);
    await after.publish();
    expect((await sync(after, poll(held))).titles).toBeUndefined();
    // The open cohort went on, too.
    await sync(after, completion('tv-2', 21, 'imdb:tt99'));
    await sync(after, completion('tv-3', 21, 'imdb:tt99'));
    clock.timeMs += 60_000;
    await after.publish();
    const more = await sync(after, poll(held));
    expect(titleCount(receiveTitles(held, more.titles!))).toBe(21);
    await after.close();
  });

  it('are the strongest trends of v1 answers, not of snapshots (rule 11.29)', async () => {
    const constellation = await open();
    await teach(constellation, 3);
    for (const tv of ['a', 'b', 'c']) await constellation.sync(await bodyOf(tv, patternOf(0)));
    const globals = await constellation.publish();
    const answer = await v1.decodeGlobalPatterns(await constellation.sync(await bodyOf('v1-tv')));
    expect(answer.trends).toEqual(globals?.trends);
    expect(answer.trends.slice(0, 3).map(({ contentId, score }) => [contentId, score])).toEqual([
      ['imdb:tt0', 1],
      ['imdb:tt1', 1],
      ['imdb:tt2', 1],
    ]);
    expect(constellation.window?.newest?.trends).toHaveLength(1);
  });

  it('keep of a device how active it was, and no title (rule 11.30)', async () => {
    const store = createMemoryConstellationStore();
    const constellation = await open({ store });
    await sync(constellation, completion('tv-1', 1, 'imdb:tt0095016'));
    await sync(constellation, completion('tv-1', 2, 'imdb:tt0095017'));
    await constellation.checkpoint();
    const record = (await store.checkpoints.loadDevice(deviceKeyOf('tv-1')))!;
    expect(record).toMatchObject({ last: { seq: 2 }, activity: { completions: 2 } });
    expect(JSON.stringify(record)).not.toContain('imdb');
    expect(Object.keys(record.activity!).sort()).toEqual(['completions', 'day', 'step']);
  });

  it('of ids above 128 bytes are refused, and the delta takes its place (rule 11.31)', async () => {
    const constellation = await open();
    const long = `imdb:${'x'.repeat(130)}`;
    const error = await syncErrorOf(sync(constellation, completion('tv-1', 1, long)));
    expect(error).toMatchObject({
      code: 'invalid-pattern',
      details: { path: 'engagements[0].contentId', limit: 'at most 128 bytes of UTF-8' },
    });
    const { receipt } = await sync(constellation, completion('tv-1', 2, 'imdb:tt1'));
    expect(receipt).toMatchObject({ lastSeq: 2, outcome: 'applied' });
  });
});
