import {
  decodeAnswerFrame,
  digestDelta,
  encodeBatchFrame,
  encodeDeltaFrame,
} from '@omega-tv/compression';
import { createRandom } from '@omega-tv/seeded-random';
import type { SyncDelta } from '@omega-tv/types';
import { describe, expect, it } from '@jest/globals';
import { createMemoryConstellationStore, openLevelConstellationStore } from '../../src/index.js';
import { ControlledStore } from '../controlled-store.js';
import { patternOf, temporaryFolder, TestClock, until } from '../support.js';
import { format, placedDelta, postFrame, pushFrame, serveFrames, snapshots } from './support.js';

/** One that opens its epoch, or goes on in it, by position. */
function capableDelta(deviceId: string, seq: number, ...indexes: readonly number[]): SyncDelta {
  const patterns = indexes.map((index) => ({ ...patternOf(index), newSamples: 4 }));
  return { ...placedDelta(deviceId, seq, ...patterns), capabilities: ['positions'] };
}

async function postBatch(url: string, ...bodies: readonly Uint8Array[]) {
  const response = await postFrame(url, encodeBatchFrame(bodies));
  const body = new Uint8Array(await response.arrayBuffer());
  return response.status === 200 ? decodeAnswerFrame(body) : { status: response.status };
}

const frameOf = async (delta: SyncDelta) => (await format.encodeDelta(delta)).bytes;

describe('a push by position', () => {
  it('counts once, and the answer says where the device stood before it (rules 11.13, 11.14)', async () => {
    const clock = new TestClock();
    const { url, constellation } = await serveFrames({ clock });
    const first = await pushFrame(url, capableDelta('a', 1, 0, 7));
    expect(first.capabilities).toEqual(['positions', 'batches', 'titles']);
    expect(first.receipt.standing).toEqual({ serverTimeMs: clock.timeMs });
    const second = await pushFrame(url, capableDelta('a', 2, 0));
    expect(second.receipt).toMatchObject({
      lastSeq: 2,
      outcome: 'applied',
      standing: { position: { deviceEpoch: 7, seq: 1 }, serverTimeMs: clock.timeMs },
    });
    const again = await pushFrame(url, capableDelta('a', 2, 0));
    expect(again.receipt).toMatchObject({ lastSeq: 2, outcome: 'duplicate' });
    expect(constellation.report()).toMatchObject({
      samplesAccepted: 12,
      duplicates: 1,
      devices: 1,
    });
  });

  it("is told of a device's standing without pushing anything (rule 11.13)", async () => {
    const { url } = await serveFrames();
    await pushFrame(url, capableDelta('a', 1, 0));
    const { position: _, ...poll } = capableDelta('a', 0);
    const { receipt } = await pushFrame(url, poll);
    expect(receipt.standing?.position).toEqual({ deviceEpoch: 7, seq: 1 });
  });

  it('is not written where it changes nothing: a poll, a push behind a gap (rule 5.31)', async () => {
    const store = new ControlledStore(createMemoryConstellationStore());
    const { url, constellation } = await serveFrames({ store });
    await pushFrame(url, capableDelta('a', 1, 0));
    const [before, report] = [store.appends, constellation.report()];
    const poll = await pushFrame(url, capableDelta('a', 1));
    expect(poll.receipt).toMatchObject({ lastSeq: 1, outcome: 'duplicate' });
    const behind = await pushFrame(url, capableDelta('a', 3, 1));
    expect(behind.receipt).toMatchObject({ lastSeq: 1, outcome: 'refused' });
    expect(store.appends).toBe(before);
    expect(constellation.report()).toEqual(report);
    await pushFrame(url, capableDelta('a', 1, 0));
    expect(store.appends).toBe(before + 1);
  });

  it.each(['pass', 'fail'] as const)(
    'a poll is answered when what it tells of is durable: %s (rule 5.31)',
    async (fate) => {
      const store = new ControlledStore(createMemoryConstellationStore());
      const clock = new TestClock();
      const { constellation } = await serveFrames({ store, clock });
      store.plan('hold');
      const pushed = constellation.syncFrame(await frameOf(capableDelta('a', 1, 0)));
      await until(() => store.isHolding);
      let isAnswered = false;
      const { reads } = clock;
      const polled = constellation.syncFrame(await frameOf(capableDelta('a', 1)));
      const settled = polled.finally(() => {
        isAnswered = true;
      });
      await until(() => clock.reads > reads);
      expect(isAnswered).toBe(false);
      store.settle(fate);
      const outcomes = await Promise.allSettled([pushed, settled]);
      const expected = fate === 'pass' ? 'fulfilled' : 'rejected';
      expect(outcomes.map(({ status }) => status)).toEqual([expected, expected]);
    },
  );

  it('is written where another owner may have come, whatever it changes (rule 5.31)', async () => {
    const store = new ControlledStore(createMemoryConstellationStore(), { isExclusive: false });
    const { url } = await serveFrames({ store });
    await pushFrame(url, capableDelta('a', 1, 0));
    const before = store.appends;
    await pushFrame(url, capableDelta('a', 1));
    expect(store.appends).toBe(before + 1);
  });

  it('to one that says nothing of capabilities the answer is that of the first release (rule 11.13)', async () => {
    const { url } = await serveFrames();
    const answer = await pushFrame(url, placedDelta('a', 1, patternOf(0)));
    expect(answer.capabilities).toBeUndefined();
    expect(answer.receipt.standing).toBeUndefined();
  });

  it('that was counted, or cannot count, is not decoded (rule 11.14)', async () => {
    let decoded = 0;
    const [codec] = snapshots.codecs;
    const counting: typeof codec = {
      ...codec,
      decode(message, options) {
        decoded += options.count;
        return codec.decode(message, options);
      },
    };
    const { url } = await serveFrames({ snapshots: { codecs: [counting] } });
    for (const seq of [1, 1, 3]) await pushFrame(url, capableDelta('a', seq, 0));
    expect(decoded).toBe(1);
  });

  it('that is refused for good takes its place: the next one counts (rule 11.15)', async () => {
    const { url, constellation } = await serveFrames();
    const many = capableDelta('a', 1, ...Array.from({ length: 129 }, (_, i) => i));
    const rate = { budgetBytes: 16_384, step: 0.5 };
    const { bytes } = encodeDeltaFrame(snapshots.codecs[0], many, {
      rate,
      random: createRandom('many'),
    });
    expect((await postFrame(url, bytes)).status).toBe(422);
    const again = decodeAnswerFrame(
      new Uint8Array(await (await postFrame(url, bytes)).arrayBuffer()),
    );
    expect(again.receipt).toMatchObject({
      lastSeq: 1,
      outcome: 'refused',
      digest: digestDelta(many),
    });
    const next = await pushFrame(url, capableDelta('a', 2, 0));
    expect(next.receipt).toMatchObject({ lastSeq: 2, outcome: 'applied' });
    expect(constellation.report()).toMatchObject({ samplesAccepted: 4 });
  });

  it('survives a restart with its position (rules 4.3, 11.14)', async () => {
    const directory = await temporaryFolder();
    const open = async () =>
      serveFrames({ store: await openLevelConstellationStore({ directory }) });
    const before = await open();
    await pushFrame(before.url, capableDelta('a', 1, 0));
    await before.app.close();
    await before.constellation.close();
    const after = await open();
    const again = await pushFrame(after.url, capableDelta('a', 1, 0));
    expect(again.receipt).toMatchObject({ outcome: 'duplicate', lastSeq: 1 });
    expect(after.constellation.report().samplesAccepted).toBe(4);
  });

  it('that the disk did not take is not counted, and counts when it comes again (rules 4.3, 11.14)', async () => {
    const store = new ControlledStore(createMemoryConstellationStore());
    const { url, constellation } = await serveFrames({ store });
    await pushFrame(url, capableDelta('a', 1, 0));
    store.plan('fail');
    expect((await postFrame(url, await frameOf(capableDelta('a', 2, 0)))).status).toBe(503);
    const again = await pushFrame(url, capableDelta('a', 2, 0));
    expect(again.receipt).toMatchObject({ outcome: 'applied', lastSeq: 2 });
    expect(constellation.report().samplesAccepted).toBe(8);
  });
});

describe('a batch', () => {
  it('is decided in order, with a receipt for each delta (rule 11.17)', async () => {
    const { url, constellation } = await serveFrames();
    const deltas = [1, 2, 3].map((seq) => capableDelta('a', seq, seq));
    const bodies = await Promise.all(deltas.map(frameOf));
    const answer = await postBatch(url, ...bodies);
    expect(answer).toMatchObject({
      receipt: {
        lastSeq: 3,
        outcome: 'applied',
        batch: deltas.map((delta, i) => ({
          lastSeq: i + 1,
          outcome: 'applied',
          digest: digestDelta(delta),
        })),
      },
    });
    await postBatch(url, ...bodies);
    expect(constellation.report()).toMatchObject({ samplesAccepted: 12, duplicates: 3 });
  });

  it('ends at a gap, and at a delta that cannot be read; what came before counts (rule 11.17)', async () => {
    const { url, constellation } = await serveFrames();
    const [first, third] = await Promise.all(
      [1, 3].map((seq) => frameOf(capableDelta('a', seq, 0))),
    );
    const gap = await postBatch(url, first!, third!, third!);
    expect(gap).toMatchObject({
      receipt: { lastSeq: 1, batch: [{ outcome: 'applied' }, { outcome: 'refused', lastSeq: 1 }] },
    });
    const second = await frameOf(capableDelta('a', 2, 0));
    const torn = await postBatch(url, second, third!.subarray(0, 20), third!);
    expect(torn).toMatchObject({ receipt: { lastSeq: 2, batch: [{ outcome: 'applied' }] } });
    expect(constellation.report().samplesAccepted).toBe(8);
  });

  it('goes on behind a delta that is refused for good, and counts it as refused (rules 11.15, 11.17, 13.40)', async () => {
    const { url, constellation } = await serveFrames();
    const { patterns, ...rest } = capableDelta('a', 1, 0);
    const silent = { ...rest, patterns: patterns.map(({ newSamples: _, ...one }) => one) };
    const answer = await postBatch(
      url,
      await frameOf(silent),
      await frameOf(capableDelta('a', 2, 0)),
    );
    expect(answer).toMatchObject({
      receipt: {
        batch: [
          { outcome: 'refused', lastSeq: 1 },
          { outcome: 'applied', lastSeq: 2 },
        ],
      },
    });
    expect(constellation.report()).toMatchObject({ deltasApplied: 1, refused: 1 });
    const alone = await postFrame(url, await frameOf({ ...silent, deviceId: 'b' }));
    expect(alone.status).toBe(422);
    expect(constellation.report()).toMatchObject({ deltasApplied: 1, refused: 2 });
  });

  it('is refused whole where its first delta cannot be read, and without deltas (rule 11.17)', async () => {
    const { url, constellation } = await serveFrames();
    const good = await frameOf(capableDelta('a', 1, 0));
    expect(await postBatch(url, good.subarray(0, 20), good)).toEqual({ status: 400 });
    expect(await postBatch(url)).toEqual({ status: 400 });
    expect(constellation.report().samplesAccepted).toBe(0);
  });

  it('is of one device (rule 11.17)', async () => {
    const { url, constellation } = await serveFrames();
    const answer = await postBatch(
      url,
      await frameOf(capableDelta('a', 1, 0)),
      await frameOf(capableDelta('b', 1, 0)),
    );
    expect(answer).toMatchObject({ receipt: { batch: [{ outcome: 'applied' }] } });
    expect(constellation.report()).toMatchObject({ devices: 1, samplesAccepted: 4 });
  });
});
