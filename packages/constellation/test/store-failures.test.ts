import { describe, expect, it } from '@jest/globals';
import {
  createMemoryConstellationStore,
  openLevelConstellationStore,
  type Constellation,
} from '../src/index.js';
import { ControlledStore } from './controlled-store.js';
import { push } from './raw-http.js';
import {
  bodyOf,
  format,
  openConstellation,
  patternOf,
  serve,
  syncErrorOf,
  temporaryFolder,
  TestClock,
  until,
} from './support.js';

const nothing = { devices: 0, deltasApplied: 0, duplicates: 0, refused: 0, samplesAccepted: 0 };
const once = { ...nothing, devices: 1, deltasApplied: 1, samplesAccepted: 12 };

async function open() {
  const store = new ControlledStore(createMemoryConstellationStore());
  const clock = new TestClock();
  const constellation = await openConstellation({ store, clock });
  /** Resolves when so many pushes in all were decided and wait for their write. */
  const decided = (count: number) => until(() => clock.reads === count);
  return { store, constellation, decided };
}

async function expectStoreError(promise: Promise<unknown>): Promise<void> {
  const error = await syncErrorOf(promise);
  expect(error).toMatchObject({ code: 'http', retryable: true, retryAfterMs: 5000 });
  expect(error.details).toEqual({ reason: 'server-error', status: 503 });
}

/** What the server says after its next turn; a failure is rolled back there. */
async function settledReport(constellation: Constellation) {
  await constellation.publish();
  return constellation.report();
}

describe('an append that fails', () => {
  it('is answered 503 with Retry-After; nothing is counted, and the retry counts once (rules 3.3, 4.3)', async () => {
    const store = new ControlledStore(createMemoryConstellationStore());
    const { port, constellation } = await serve({ store });
    const body = await bodyOf('tv-1', patternOf(0));
    store.plan('fail');
    const answer = await push(port, body);
    expect(answer.status).toBe(503);
    expect(answer.headers.get('retry-after')).toBe('5');
    expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(JSON.parse(answer.body.toString())).toMatchObject({
      type: 'urn:omega-tv:problem:http',
      status: 503,
    });
    expect(await settledReport(constellation)).toMatchObject(nothing);
    expect((await push(port, body)).status).toBe(200);
    expect(constellation.report()).toMatchObject(once);
    expect((await push(port, body)).status).toBe(200);
    expect(constellation.report()).toMatchObject({ ...once, duplicates: 1 });
  });

  it('rejects its duplicates that arrived while it was being written (rule 4.3)', async () => {
    const { store, constellation, decided } = await open();
    const body = await bodyOf('tv-1', patternOf(0));
    store.plan('hold');
    const first = constellation.sync(body);
    await until(() => store.isHolding);
    const again = [constellation.sync(body), constellation.sync(body)];
    await decided(3);
    store.settle('fail');
    for (const push of [first, ...again]) await expectStoreError(push);
    expect(await settledReport(constellation)).toMatchObject(nothing);
    await constellation.sync(body);
    expect(constellation.report()).toMatchObject(once);
  });

  it('rejects all that waited behind it, and writes none of it', async () => {
    const { store, constellation, decided } = await open();
    const { appends } = store;
    store.plan('hold');
    const bodies = await Promise.all(
      ['tv-1', 'tv-2', 'tv-3'].map((device, i) => bodyOf(device, patternOf(i))),
    );
    const [first, ...behind] = bodies;
    const pushes = [constellation.sync(first!)];
    await until(() => store.isHolding);
    pushes.push(...behind.map((body) => constellation.sync(body)));
    await decided(3);
    store.settle('fail');
    for (const push of pushes) await expectStoreError(push);
    expect(store.appends).toBe(appends + 1);
    await Promise.all(bodies.map((body) => constellation.sync(body)));
    expect(constellation.report()).toMatchObject({ devices: 3, samplesAccepted: 36, refused: 0 });
  });

  it('does not take down what was written before it', async () => {
    const { store, constellation, decided } = await open();
    const [one, two] = await Promise.all(['tv-1', 'tv-2'].map((id) => bodyOf(id, patternOf(0))));
    store.plan('hold', 'fail');
    const first = constellation.sync(one!);
    await until(() => store.isHolding);
    const second = constellation.sync(two!);
    await decided(2);
    store.settle('pass');
    await first;
    await expectStoreError(second);
    expect(await settledReport(constellation)).toMatchObject(once);
  });

  it('leaves an unpublished version unpublished; the number is used again', async () => {
    const { store, constellation } = await open();
    for (const device of ['tv-1', 'tv-2', 'tv-3']) {
      await constellation.sync(await bodyOf(device, patternOf(0)));
    }
    const before = await constellation.sync(await bodyOf('tv-1', patternOf(0)));
    store.plan('fail');
    await expectStoreError(constellation.publish());
    expect(constellation.version).toBe(0);
    expect(await constellation.sync(await bodyOf('tv-1'))).toEqual(before);
    expect((await constellation.publish())?.version).toBe(1);
    expect(constellation.version).toBe(1);
  });

  it('changes no refusal into anything else', async () => {
    const { store, constellation } = await open();
    store.plan('fail');
    expect((await syncErrorOf(constellation.sync(new Uint8Array()))).code).toBe('compression');
  });

  it.each(['memory', 'level'])(
    'at any step of a history: the end is the same (%s) (rule 4.3)',
    async (kind) => {
      const openStore = async () =>
        kind === 'memory'
          ? createMemoryConstellationStore()
          : openLevelConstellationStore({ directory: await temporaryFolder() });
      const bodies: Uint8Array[] = [];
      for (const sampleCount of [10, 25]) {
        for (const device of ['tv-1', 'tv-2', 'tv-3']) {
          bodies.push(await bodyOf(device, patternOf(0, { sampleCount })));
        }
      }
      const run = async (failAt: number) => {
        const store = new ControlledStore(await openStore());
        const constellation = await openConstellation({ store });
        store.plan(...Array<'pass'>(failAt).fill('pass'), 'fail', 'fail');
        const untilDone = async (step: () => Promise<unknown>): Promise<void> => {
          await step().catch(() => untilDone(step));
        };
        for (const body of bodies) {
          await untilDone(() => constellation.sync(body));
          await untilDone(() => constellation.publish());
        }
        const report = { ...constellation.report(), epoch: 'drawn anew' };
        const answer = await format.decodeGlobalPatterns(
          await constellation.sync(await bodyOf('tv-1')),
        );
        await constellation.close();
        return { report, answer };
      };
      const undisturbed = await run(1000);
      expect(undisturbed.report).toMatchObject({
        devices: 3,
        deltasApplied: 6,
        samplesAccepted: 75,
      });
      // Six pushes and two publications are eight appends.
      for (let failAt = 0; failAt < 8; failAt += 1) expect(await run(failAt)).toEqual(undisturbed);
    },
  );
});

describe('a read that fails', () => {
  it('is answered 503, and is no refusal', async () => {
    const { store, constellation } = await open();
    const body = await bodyOf('tv-1', patternOf(0));
    store.readsFail = true;
    await expectStoreError(constellation.sync(body));
    store.readsFail = false;
    expect(await settledReport(constellation)).toMatchObject(nothing);
    await constellation.sync(body);
    expect(constellation.report()).toMatchObject(once);
  });

  it('keeps a server that must roll back from going on, until it can', async () => {
    const { store, constellation } = await open();
    const body = await bodyOf('tv-1', patternOf(0));
    store.plan('fail');
    await expectStoreError(constellation.sync(body));
    store.readsFail = true;
    await expectStoreError(constellation.sync(body));
    await expectStoreError(constellation.publish());
    store.readsFail = false;
    await constellation.sync(body);
    expect(constellation.report()).toMatchObject(once);
  });
});

describe('closing', () => {
  it('waits for what was decided, and acknowledges it', async () => {
    const { store, constellation } = await open();
    store.plan('hold');
    const pushed = constellation.sync(await bodyOf('tv-1', patternOf(0)));
    await until(() => store.isHolding);
    let isClosed = false;
    const closed = constellation.close().then(() => {
      isClosed = true;
    });
    await until(() => store.isHolding);
    expect(isClosed).toBe(false);
    store.settle('pass');
    await pushed;
    await closed;
    expect(constellation.report()).toMatchObject(once);
  });

  it('answers 503 to what comes too late; what was acknowledged is there', async () => {
    const directory = await temporaryFolder();
    const constellation = await openConstellation({
      store: await openLevelConstellationStore({ directory }),
    });
    const bodies = await Promise.all(
      Array.from({ length: 20 }, (_, i) => bodyOf(`tv-${i}`, patternOf(i))),
    );
    const pushes = bodies.map((body) => constellation.sync(body));
    await pushes[0];
    const [outcomes] = await Promise.all([Promise.allSettled(pushes), constellation.close()]);
    await expectStoreError(constellation.sync(bodies[0]!));
    const acknowledged = outcomes.filter(({ status }) => status === 'fulfilled').length;
    const again = await openConstellation({
      store: await openLevelConstellationStore({ directory }),
    });
    expect(again.report()).toMatchObject({ devices: acknowledged, refused: 0 });
    for (const body of bodies) await again.sync(body);
    expect(again.report()).toMatchObject({ devices: 20, samplesAccepted: 240 });
    await again.close();
  });

  it('refuses settings that cannot work', async () => {
    for (const region of ['', 'de', 'DEU', 'Germany']) {
      const error = await syncErrorOf(openConstellation({ region }));
      expect(error).toMatchObject({ code: 'invalid-config', details: { field: 'region' } });
    }
    const error = await syncErrorOf(openConstellation({ federation: { minDevices: 0 } }));
    expect(error).toMatchObject({ code: 'invalid-config', details: { field: 'minDevices' } });
  });
});
