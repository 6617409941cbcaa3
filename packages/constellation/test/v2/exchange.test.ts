import { createHash } from 'node:crypto';
import { decodeDeltaFrame, digestDelta, encodeDeltaFrame } from '@omega-tv/compression';
import { cosineSimilarity } from '@omega-tv/embedding-codec';
import { describe, expect, it } from '@jest/globals';
import { createMemoryConstellationStore, openLevelConstellationStore } from '../../src/index.js';
import {
  bodyOf,
  deviceKeyOf,
  format as v1,
  openConstellation,
  patternOf,
  temporaryFolder,
} from '../support.js';
import {
  codecs,
  format,
  placedDelta,
  postFrame,
  pushFrame,
  serveFrames,
  snapshots,
  snapshotOf,
} from './support.js';

/** Three TVs push each of the patterns, so that they can be published. */
async function pushThree(url: string, indexes: readonly number[], sampleCount = 12) {
  for (const device of ['a', 'b', 'c']) {
    for (const index of indexes) {
      await pushFrame(
        url,
        placedDelta(device, index + sampleCount, patternOf(index, { sampleCount })),
      );
    }
  }
}

describe('a push of a frame', () => {
  it('is counted, and answered with a receipt for it (rule 11.3)', async () => {
    const syncWindow = { minMs: 1000, maxMs: 5000 };
    const { url, constellation } = await serveFrames({ syncWindow });
    const delta = placedDelta('a', 5, patternOf(0), patternOf(7));
    const first = await pushFrame(url, delta);
    expect(first.receipt).toEqual({
      serverEpoch: createHash('sha256')
        .update(constellation.report().epoch)
        .digest('hex')
        .slice(0, 16),
      lastSeq: 5,
      outcome: 'applied',
      digest: digestDelta(delta),
    });
    expect(first.window).toEqual(syncWindow);
    expect(first.current.version).toBe(0);
    const again = await pushFrame(url, delta);
    expect(again.receipt).toEqual({ ...first.receipt, outcome: 'duplicate' });
    expect(constellation.report()).toMatchObject({
      samplesAccepted: 24,
      duplicates: 1,
      devices: 1,
    });
  });

  it('is answered in its own format; both are named in Accept-Post (rule 11.1)', async () => {
    const { url } = await serveFrames();
    const { bytes } = await format.encodeDelta(placedDelta('a', 1));
    const frame = 'application/vnd.omega-tv.frame';
    const octets = 'application/octet-stream';
    for (const [body, mediaType] of [
      [bytes, frame],
      [await bodyOf('a'), octets],
    ] as const) {
      const response = await postFrame(url, body, { 'content-type': mediaType });
      expect(response.status).toBe(200);
      expect(response.headers.get('content-type')).toBe(mediaType);
      expect(response.headers.get('accept-post')).toBe(`${frame}, ${octets}`);
    }
  });

  it('counts by the marks, at whatever position; the last position is all that is kept beside them (rules 10.4, 11.8)', async () => {
    const store = createMemoryConstellationStore();
    const { url, constellation } = await serveFrames({ store });
    const push = async (seq: number, sampleCount: number) => {
      const delta = placedDelta('a', seq, patternOf(0, { sampleCount }));
      const { receipt } = await pushFrame(url, delta);
      await constellation.checkpoint();
      expect(await store.checkpoints.loadDevice(deviceKeyOf('a'))).toEqual({
        marks: new Map([['p0', Math.max(12, sampleCount)]]),
        last: { deviceEpoch: 7, seq, digest: digestDelta(delta) },
        weight: { samples: Math.max(12, sampleCount), step: 354635 },
        day: 20779,
      });
      return receipt;
    };
    expect(await push(5, 12)).toMatchObject({ lastSeq: 5, outcome: 'applied' });
    expect(await push(3, 15)).toMatchObject({ lastSeq: 3, outcome: 'applied' });
    expect(await push(3, 19)).toMatchObject({ lastSeq: 3, outcome: 'applied' });
    expect(constellation.report()).toMatchObject({ samplesAccepted: 19, duplicates: 0 });
  });

  it('is summed up as it was coded, without a guess (rule 9.4)', async () => {
    const store = createMemoryConstellationStore();
    const { url, constellation } = await serveFrames({ store, federation: { minDevices: 1 } });
    const delta = placedDelta('a', 1, patternOf(0));
    const { bytes } = await format.encodeDelta(delta, { tier: 'floor' });
    expect((await postFrame(url, bytes)).status).toBe(200);
    await constellation.checkpoint();
    const [cluster] = (await store.checkpoints.load())!.federation.clusters.values();
    const sum = Float32Array.from(cluster!.tally.closed.vector);
    const cosineTo = (unbiased: boolean) => {
      const options = { findBase: () => undefined, unbiased };
      const [pattern] = decodeDeltaFrame(codecs, bytes, options).delta.patterns;
      return cosineSimilarity(sum, pattern!.embedding);
    };
    expect(cosineTo(true)).toBeGreaterThan(1 - 1e-6);
    expect(cosineTo(false)).toBeLessThan(1 - 1e-5);
  });

  it('and one of v1 count the same samples once (rule 11.8)', async () => {
    const { url, constellation } = await serveFrames();
    await pushFrame(url, placedDelta('a', 1, patternOf(0)));
    await fetch(`${url}/api/v1/sync`, {
      method: 'POST',
      headers: { 'content-type': 'application/octet-stream' },
      body: Uint8Array.from(await bodyOf('a', patternOf(0, { sampleCount: 15 }))),
    });
    expect(constellation.report().samplesAccepted).toBe(15);
  });

  it('brings the whole snapshot to who has none, a diff to who has one, nothing to who has it (rule 11.3)', async () => {
    const { url, constellation } = await serveFrames();
    await pushThree(url, [0, 1, 2, 3, 4, 5, 6]);
    await constellation.publish();
    const cold = await pushFrame(url, placedDelta('new', 1));
    const first = snapshotOf(cold);
    expect(first.version).toBe(1);
    const current = await pushFrame(url, placedDelta('new', 2), { base: first });
    expect(current.snapshot).toBeUndefined();
    expect(current.current).toMatchObject({ version: 1, hash: first.hash });
    // Nothing changed: at most 64 B.
    expect(current.bytes).toBeLessThanOrEqual(64);
    await pushThree(url, [20], 14);
    await constellation.publish();
    const warm = await pushFrame(url, placedDelta('new', 3), { base: first });
    const second = snapshotOf(warm, first);
    expect(second.version).toBe(2);
    expect(warm.bytes).toBeLessThan(cold.bytes);
    const whole = snapshotOf(await pushFrame(url, placedDelta('newer', 1)));
    expect(whole).toEqual(second);
  });

  it('is predicted from the snapshot that both sides name, and arrives finer or smaller', async () => {
    const { url, constellation } = await serveFrames();
    await pushThree(url, [0, 5]);
    await constellation.publish();
    const base = snapshotOf(await pushFrame(url, placedDelta('new', 1)));
    const delta = placedDelta('new', 2, patternOf(0, { id: 'mine' }));
    const cold = await format.encodeDelta(delta);
    const warm = await format.encodeDelta(delta, { base });
    expect(warm.bytes.length).toBeLessThan(cold.bytes.length);
    expect((await pushFrame(url, delta, { base })).receipt.outcome).toBe('applied');
    expect(constellation.report().samplesAccepted).toBe(2 * 3 * 12 + 12);
  });

  it('against a base that the server does not know is a conflict, and counts nothing (rules 3.3, 11.5)', async () => {
    const { url, constellation } = await serveFrames();
    await pushThree(url, [0]);
    await constellation.publish();
    const base = snapshotOf(await pushFrame(url, placedDelta('new', 1)));
    const { url: other, constellation: another } = await serveFrames();
    const { bytes } = await format.encodeDelta(placedDelta('new', 2, patternOf(1)), { base });
    const response = await postFrame(other, bytes);
    expect(response.status).toBe(409);
    expect(await response.json()).toMatchObject({
      type: 'urn:omega-tv:problem:version-conflict',
      local: 1,
      remote: 0,
    });
    expect(another.report()).toMatchObject({ samplesAccepted: 0, refused: 0 });
    // Without patterns nothing is coded against it: the answer is the whole.
    expect((await pushFrame(other, placedDelta('new', 3), { base })).status).toBe(200);
  });

  it('leaves the snapshot out where only the receipt is wanted (rule 11.3)', async () => {
    const { url, constellation } = await serveFrames();
    await pushThree(url, [0]);
    await constellation.publish();
    const headers = { prefer: 'wait=5, return = "minimal"; x=1' };
    const answer = await pushFrame(url, placedDelta('new', 1), { headers });
    expect(answer.snapshot).toBeUndefined();
    expect(answer.current.version).toBe(1);
    expect(answer.bytes).toBeLessThanOrEqual(64);
  });

  it.each([
    ['a content encoding', { 'content-encoding': 'gzip' }, 415],
    ['an unknown media type', { 'content-type': 'application/json' }, 415],
    [
      'frames of another version',
      { 'content-type': `application/vnd.omega-tv.frame;version=3` },
      415,
    ],
    [
      'codebooks that the server lacks',
      { accept: `application/vnd.omega-tv.frame;codebooks="00000000"` },
      415,
    ],
  ])(
    'with %s is refused, and told when to come back (rules 11.1, 11.7)',
    async (_, headers, status) => {
      const { url, constellation } = await serveFrames({
        syncWindow: { minMs: 1000, maxMs: 5000 },
      });
      const { bytes } = await format.encodeDelta(placedDelta('a', 1, patternOf(0)));
      const response = await postFrame(url, bytes, headers);
      expect(response.status).toBe(status);
      expect(response.headers.get('accept-post')).toContain('application/vnd.omega-tv.frame');
      expect(await response.json()).toMatchObject({
        type: 'urn:omega-tv:problem:protocol',
        next_sync: { min_ms: 1000, max_ms: 5000 },
      });
      expect(constellation.report().samplesAccepted).toBe(0);
    },
  );

  it('of damaged bytes is refused, whatever is flipped', async () => {
    const { url, constellation } = await serveFrames();
    const { bytes } = await format.encodeDelta(placedDelta('a', 1, patternOf(0)));
    for (let at = 0; at < bytes.length; at += 1) {
      const damaged = Uint8Array.from(bytes);
      damaged[at] = (damaged[at] ?? 0) ^ (1 << (at % 8));
      expect([400, 415]).toContain((await postFrame(url, damaged)).status);
      expect((await postFrame(url, bytes.subarray(0, at))).status).toBe(400);
    }
    expect(constellation.report()).toMatchObject({ samplesAccepted: 0, devices: 0 });
  });

  it('of more than 64 patterns is refused before they are read (rule 11.11)', async () => {
    let decoded = 0;
    const [codec] = snapshots.codecs;
    const counting: typeof codec = {
      ...codec,
      decode(message, options) {
        decoded += options.count;
        return codec.decode(message, options);
      },
    };
    const { url, constellation } = await serveFrames({ snapshots: { codecs: [counting] } });
    const patterns = Array.from({ length: 65 }, (_, i) => patternOf(i, { id: `p-${i}` }));
    const delta = placedDelta('a', 1, ...patterns);
    const rate = { budgetBytes: 16_384, step: 0.5 };
    const random = { next: () => 0.5 };
    const { bytes } = encodeDeltaFrame(snapshots.codecs[0], delta, { rate, random });
    const response = await postFrame(url, bytes);
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({ path: 'patterns[64]' });
    expect(decoded).toBe(0);
    expect(constellation.report().samplesAccepted).toBe(0);
  });

  it('above 16 KiB is refused before it is read (rule 9.2)', async () => {
    const { url } = await serveFrames();
    const response = await postFrame(url, new Uint8Array(16_385));
    expect(response.status).toBe(413);
    expect(await response.json()).toMatchObject({ size: 16_385, limit: 16_384 });
  });

  it('is refused by a server of v1, which says so (rule 11.1)', async () => {
    const { url } = await serveFrames({ snapshots: undefined } as never);
    const { bytes } = await format.encodeDelta(placedDelta('a', 1));
    const response = await postFrame(url, bytes);
    expect(response.status).toBe(415);
    expect(response.headers.get('accept-post')).toBeNull();
  });
});

describe('published versions', () => {
  it('say the same in both protocols', async () => {
    const { url, constellation } = await serveFrames();
    await pushThree(url, [0, 1, 2]);
    await constellation.publish();
    const snapshot = snapshotOf(await pushFrame(url, placedDelta('new', 1)));
    const answer = await v1.decodeGlobalPatterns(await constellation.sync(await bodyOf('old')));
    expect(answer.version).toBe(snapshot.version);
    expect(answer.patterns.map(({ id }) => id)).toEqual(
      snapshot.patterns.slice(0, answer.patterns.length).map(({ id }) => id),
    );
  });

  it('survive a restart: the same bytes, and diffs go on', async () => {
    const directory = await temporaryFolder();
    const open = async () =>
      serveFrames({ store: await openLevelConstellationStore({ directory }) });
    const before = await open();
    await pushThree(before.url, [0, 1]);
    await before.constellation.publish();
    const first = await pushFrame(before.url, placedDelta('new', 1));
    await before.app.close();
    await before.constellation.close();
    const after = await open();
    const same = await pushFrame(after.url, placedDelta('new', 2));
    expect(same.snapshot).toEqual(first.snapshot);
    const held = snapshotOf(first);
    await pushThree(after.url, [30], 13);
    await after.constellation.publish();
    expect(
      snapshotOf(await pushFrame(after.url, placedDelta('new', 3), { base: held }), held).version,
    ).toBe(2);
  });

  it('of a server that spoke v1 only are published anew, as the next version (rule 10.5)', async () => {
    const store = createMemoryConstellationStore();
    const keep = { ...store, close: () => Promise.resolve() };
    const old = await openConstellation({ store: keep });
    for (const device of ['a', 'b', 'c']) await old.sync(await bodyOf(device, patternOf(0)));
    await old.publish();
    await old.close();
    const now = await openConstellation({ store: keep, snapshots });
    expect(now.version).toBe(2);
    expect(now.window?.newest?.version).toBe(2);
    await now.close();
  });

  it('of a codebook that the server lacks are published anew, as the next version (rule 10.5)', async () => {
    const store = createMemoryConstellationStore();
    const keep = { ...store, close: () => Promise.resolve() };
    const [codec] = snapshots.codecs;
    const id = codec.codebook.id.replace(/^..../, 'ffff');
    const other = { ...codec, codebook: { ...codec.codebook, id } };
    const before = await openConstellation({ store: keep, snapshots: { codecs: [other] } });
    for (const device of ['a', 'b', 'c']) await before.sync(await bodyOf(device, patternOf(0)));
    const published = await before.publish();
    expect(published?.version).toBe(1);
    await before.close();
    const now = await openConstellation({ store: keep, snapshots });
    expect(now.version).toBe(2);
    expect(now.window?.newest).toMatchObject({
      version: 2,
      patterns: published?.patterns.map(({ id: name, genre }) => ({ id: name, genre })),
    });
    await now.close();
    const again = await openConstellation({ store: keep, snapshots });
    expect(again.version).toBe(2);
    await again.close();
  });

  it('are kept as long as the window says (rule 10.4)', async () => {
    const { url, constellation } = await serveFrames({
      snapshots: { ...snapshots, maxVersions: 2 },
    });
    for (const index of [0, 1, 2, 3]) {
      await pushThree(url, [index]);
      await constellation.publish();
    }
    const kept = [1, 2, 3, 4].filter((version) =>
      constellation.window?.findVersion('global', version),
    );
    expect(kept).toEqual([3, 4]);
  });
});
