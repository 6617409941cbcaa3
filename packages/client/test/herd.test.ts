import { setImmediate } from 'node:timers/promises';
import { VirtualTimeScheduler } from 'rxjs';
import {
  createMiniLmCodec,
  createNodeV1Format,
  createNodeV2Format,
} from '@omega-tv/compression/node';
import {
  Constellation,
  createInMemoryTransport,
  createMemoryConstellationStore,
  Responder,
} from '@omega-tv/constellation';
import type { Transport } from '@omega-tv/protocol';
import { createRandom } from '@omega-tv/seeded-random';
import { SyncError } from '@omega-tv/types';
import { describe, expect, it } from '@jest/globals';
import { onTestFinished } from '@omega-tv/test-support';
import { createSyncLoop, SyncClient } from '../src/index.js';
import { realPattern } from './support.js';

const TVS = 60;
const MINUTE_MS = 60_000;
const START_MS = Date.UTC(2026, 10, 22);
const WINDOW = { minMs: 0, maxMs: 15 * MINUTE_MS };

/** Runs what is due up to an instant, and what each of it begins to its end. */
async function advance(
  scheduler: VirtualTimeScheduler,
  untilMs: number,
  settled: () => Promise<void>,
): Promise<void> {
  const { actions } = scheduler;
  for (let [action] = actions; action !== undefined; [action] = actions) {
    if (action.delay > untilMs) break;
    actions.shift();
    scheduler.frame = action.delay;
    const failure = action.execute(action.state, action.delay) as Error | undefined;
    if (failure !== undefined) throw failure;
    await settled();
  }
  scheduler.frame = untilMs;
}

/** A fleet of TVs that run, and its server. */
async function openFleet(pendingPushes = 2048) {
  const scheduler = new VirtualTimeScheduler();
  const clock = {
    nowMs: () => START_MS + Math.floor(scheduler.now()),
    monotonicMs: () => scheduler.now(),
  };
  const constellation = await Constellation.open({
    store: createMemoryConstellationStore(),
    format: createNodeV1Format(),
    snapshots: { codecs: [createMiniLmCodec()] },
    syncWindow: WINDOW,
    clock,
  });
  const server = createInMemoryTransport(new Responder(constellation, { pendingPushes }));
  const line = { isDown: false, arrivals: [] as number[], shed: 0 };
  const transport: Transport = {
    request: async (request) => {
      if (line.isDown) {
        const down = { reason: 'refused' } as const;
        throw new SyncError('http', 'down', down, { retryable: true });
      }
      line.arrivals.push(scheduler.now());
      const answer = await server.request(request);
      if (answer.status === 503) line.shed += 1;
      return answer;
    },
  };

  let underWay = 0;
  const settled = async (): Promise<void> => {
    do await setImmediate();
    while (underWay > 0);
    await setImmediate();
  };
  const format = createNodeV2Format();
  const tvs = await Promise.all(
    Array.from({ length: TVS }, async (_, tv) => {
      const random = createRandom('herd', tv);
      const url = 'http://constellation.invalid';
      const deviceId = `tv-${tv}`;
      const client = await SyncClient.create({
        ...{ url, deviceId, format, transport, clock, random },
      });
      const exchange = async (signal: AbortSignal) => {
        underWay += 1;
        try {
          return await client.syncStore({ signal });
        } finally {
          underWay -= 1;
        }
      };
      const { waitMemory } = client;
      const loop = createSyncLoop({ exchange, waitMemory, scheduler, clock, random });
      return { client, loop, running: loop.start() };
    }),
  );
  onTestFinished(async () => {
    for (const { running } of tvs) running.unsubscribe();
    await constellation.close();
  });
  return {
    ...{ constellation, line },
    advance: (untilMs: number) => advance(scheduler, untilMs, settled),
    learn: (sampleCount: number) =>
      Promise.all(
        tvs.map(({ client }, tv) => client.store.skillStore(realPattern(tv, { sampleCount }))),
      ),
    /** All of them at one instant, as no interval would have it. */
    exchangeAtOnce: async (): Promise<void> => {
      for (const { loop } of tvs) loop.syncNow();
      await settled();
    },
  };
}

/** Most arrivals of any five seconds. */
function busiestOf(arrivals: readonly number[]): number {
  return Math.max(
    ...arrivals.map((at) => arrivals.filter((one) => one >= at && one < at + 5000).length),
  );
}

describe('a fleet after an outage of its server', () => {
  it('is back within the window, spread over it, and no delta is lost (rule 13.37)', async () => {
    const { constellation, line, learn, advance } = await openFleet();
    await learn(12);
    await advance(20 * MINUTE_MS);
    expect(constellation.report()).toMatchObject({ devices: TVS, samplesAccepted: 12 * TVS });

    line.isDown = true;
    await learn(20);
    await advance(80 * MINUTE_MS);
    expect(constellation.report().samplesAccepted).toBe(12 * TVS);

    line.isDown = false;
    line.arrivals.length = 0;
    await advance(80 * MINUTE_MS + WINDOW.maxMs);
    expect(constellation.report()).toMatchObject({ devices: TVS, samplesAccepted: 20 * TVS });
    expect(busiestOf(line.arrivals)).toBeLessThan(TVS / 5);
  });
});

describe('a fleet that comes all at once', () => {
  it('is sent away as far as there is no room, comes back within the window that it was told, spread over it, and no delta is lost (rules 11.7, 13.9, 13.37)', async () => {
    const room = 8;
    const { constellation, line, learn, advance, exchangeAtOnce } = await openFleet(room);
    await learn(12);
    await advance(20 * MINUTE_MS);
    expect(constellation.report()).toMatchObject({ devices: TVS, samplesAccepted: 12 * TVS });

    await learn(20);
    expect(line.shed).toBe(0);
    await exchangeAtOnce();
    const shed = line.shed;
    expect(shed).toBeGreaterThan(TVS / 2);
    expect(constellation.report().samplesAccepted).toBe(12 * TVS + 8 * (TVS - shed));

    // A full server tells a window four times as long, from its first length on.
    line.arrivals.length = 0;
    await advance(20 * MINUTE_MS + 4 * WINDOW.maxMs);
    expect(constellation.report()).toMatchObject({ devices: TVS, samplesAccepted: 20 * TVS });
    expect(line.shed).toBe(shed);
    expect(busiestOf(line.arrivals)).toBeLessThan(TVS / 5);
  });
});
