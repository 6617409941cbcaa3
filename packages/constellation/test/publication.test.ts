import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { silentLogger } from '@omega-tv/types';
import {
  createMemoryConstellationStore,
  openLevelConstellationStore,
  startPublishing,
} from '../src/index.js';
import { ControlledStore } from './controlled-store.js';
import { push } from './raw-http.js';
import {
  bodyOf,
  format,
  openConstellation,
  patternOf,
  serve,
  temporaryFolder,
  TestClock,
  until,
} from './support.js';

const DAY_MS = 24 * 60 * 60 * 1000;
const three = ['tv-1', 'tv-2', 'tv-3'];

describe('publish', () => {
  it('makes no version where nothing changed, and none for fewer than k devices (rules 7.4, 7.7)', async () => {
    const clock = new TestClock();
    const constellation = await openConstellation({ clock });
    expect(await constellation.publish()).toBeUndefined();
    await constellation.sync(await bodyOf('tv-1', patternOf(0, { sampleCount: 1000 })));
    await constellation.sync(await bodyOf('tv-2', patternOf(0)));
    expect(await constellation.publish()).toBeUndefined();
    await constellation.sync(await bodyOf('tv-3', patternOf(0)));
    expect(await constellation.publish()).toMatchObject({
      version: 1,
      timestamp: '2026-11-22T10:00:00.000Z',
    });
    expect(await constellation.publish()).toBeUndefined();
    clock.timeMs += DAY_MS / 2;
    expect(await constellation.publish()).toBeUndefined();
    expect(constellation.version).toBe(1);
  });

  it('is what every push is answered with, from one encoding', async () => {
    let encodings = 0;
    const counting: typeof format = {
      ...format,
      encodeGlobalPatterns: (globals) => {
        encodings += 1;
        return format.encodeGlobalPatterns(globals);
      },
    };
    const constellation = await openConstellation({ format: counting });
    for (const device of three) await constellation.sync(await bodyOf(device, patternOf(0)));
    const published = await constellation.publish();
    const answers = await Promise.all(
      Array.from({ length: 10 }, async (_, i) => constellation.sync(await bodyOf(`tv-${i}`))),
    );
    expect(new Set(answers.map((bytes) => Buffer.from(bytes).toString('hex'))).size).toBe(1);
    expect(encodings).toBe(2);
    const { patterns, trends, version } = await format.decodeGlobalPatterns(answers[0]!);
    expect({ patterns, trends, version }).toEqual({
      patterns: published?.patterns,
      trends: published?.trends,
      version: 1,
    });
  });

  it('answers after a restart with the bytes from before (rule 5.1)', async () => {
    const directory = await temporaryFolder();
    const open = async () =>
      openConstellation({ store: await openLevelConstellationStore({ directory }) });
    const before = await open();
    for (const device of three) {
      await before.sync(await bodyOf(device, patternOf(0), patternOf(1)));
    }
    await before.publish();
    const probe = await bodyOf('tv-1', patternOf(0));
    const answer = await before.sync(probe);
    const report = before.report();
    await before.close();

    const after = await open();
    expect(after.report()).toEqual(report);
    expect(await after.sync(probe)).toEqual(answer);
    expect(await after.publish()).toBeUndefined();
    expect(await after.sync(probe)).toEqual(answer);
    expect(after.report()).toEqual({ ...report, duplicates: report.duplicates + 2 });
    await after.close();
  });

  it('may run while pushes arrive: versions only rise, and each has one content (rule 7.7)', async () => {
    const { port, constellation } = await serve();
    const contents = new Map<number, string>();
    const pushAll = async (device: number) => {
      let last = 0;
      for (const sampleCount of [10, 30, 90]) {
        for (let index = 0; index < 4; index += 1) {
          const body = await bodyOf(`tv-${device}`, patternOf(index, { sampleCount }));
          const answer = await push(port, body);
          const { version } = await format.decodeGlobalPatterns(answer.body);
          expect(version).toBeGreaterThanOrEqual(last);
          last = version;
          const content = answer.body.toString('hex');
          expect(contents.get(version) ?? content).toBe(content);
          contents.set(version, content);
        }
      }
    };
    const pushing = { isOver: false };
    const publishing = (async () => {
      while (!pushing.isOver) {
        await constellation.publish();
        await setImmediate();
      }
    })();
    await Promise.all(Array.from({ length: 8 }, (_, device) => pushAll(device)));
    pushing.isOver = true;
    await publishing;
    expect(contents.size).toBeGreaterThan(2);
    expect(constellation.report()).toMatchObject({
      devices: 8,
      deltasApplied: 96,
      samplesAccepted: 8 * 4 * 90,
    });
  });

  it('may run twice at once', async () => {
    const constellation = await openConstellation();
    for (const device of three) await constellation.sync(await bodyOf(device, patternOf(0)));
    const [first, second] = await Promise.all([constellation.publish(), constellation.publish()]);
    expect([first?.version, second?.version]).toEqual([1, undefined]);
  });

  it('is told only when it is durable', async () => {
    const store = new ControlledStore(createMemoryConstellationStore());
    const constellation = await openConstellation({ store });
    for (const device of three) await constellation.sync(await bodyOf(device, patternOf(0)));
    store.plan('hold');
    const published = constellation.publish();
    await until(() => store.isHolding);
    expect(constellation.version).toBe(0);
    expect(constellation.report().version).toBe(0);
    store.settle('pass');
    await published;
    expect(constellation.version).toBe(1);
  });
});

describe('startPublishing', () => {
  async function start() {
    const store = new ControlledStore(createMemoryConstellationStore());
    const constellation = await openConstellation({ store });
    await constellation.publish();
    const errors: string[] = [];
    const logger = { ...silentLogger, error: (_: object, message: string) => errors.push(message) };
    let tick: () => void = () => undefined;
    let everyMs: number | undefined;
    let isStopped = false;
    const publisher = startPublishing(constellation, {
      everyMs: 250,
      logger,
      repeat: (work, ms) => {
        [tick, everyMs] = [work, ms];
        return () => {
          isStopped = true;
        };
      },
    });
    for (const device of three) await constellation.sync(await bodyOf(device, patternOf(0)));
    return { store, constellation, errors, publisher, tick, everyMs, isStopped: () => isStopped };
  }

  it('publishes at each tick, one publication at a time', async () => {
    const { store, constellation, tick, everyMs, publisher } = await start();
    expect(everyMs).toBe(250);
    const { appends } = store;
    store.plan('hold');
    tick();
    await until(() => store.isHolding);
    tick();
    tick();
    store.settle('pass');
    await until(() => constellation.version === 1);
    expect(store.appends).toBe(appends + 1);
    await publisher.stop();
  });

  it('waits for the running publication when it stops', async () => {
    const { store, constellation, tick, publisher, isStopped } = await start();
    store.plan('hold');
    tick();
    await until(() => store.isHolding);
    const versionAtStop = publisher.stop().then(() => constellation.version);
    expect(isStopped()).toBe(true);
    store.settle('pass');
    expect(await versionAtStop).toBe(1);
  });

  it('logs a failure and goes on', async () => {
    const { store, constellation, tick, errors, publisher } = await start();
    store.plan('fail');
    tick();
    await until(() => errors.length === 1);
    expect(errors).toEqual(['the publication failed']);
    await publisher.stop();
    tick();
    await until(() => constellation.version === 1);
  });

  it('has a timer of its own', async () => {
    const constellation = await openConstellation();
    for (const device of three) await constellation.sync(await bodyOf(device, patternOf(0)));
    const publisher = startPublishing(constellation, { everyMs: 1 });
    await until(() => constellation.version === 1);
    await publisher.stop();
  });
});
