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

describe('a fleet after an outage of its server', () => {
  it('is back within the window, spread over it, and no delta is lost (rule 13.37)', async () => {
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
    const server = createInMemoryTransport(new Responder(constellation));
    let isDown = false;
    const arrivals: number[] = [];
    const transport: Transport = {
      request: (request) => {
        if (isDown) {
          const down = { reason: 'refused' } as const;
          return Promise.reject(new SyncError('http', 'down', down, { retryable: true }));
        }
        arrivals.push(scheduler.now());
        return server.request(request);
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
        return { client, running: loop.start() };
      }),
    );
    const learn = (sampleCount: number) =>
      Promise.all(
        tvs.map(({ client }, tv) => client.store.skillStore(realPattern(tv, { sampleCount }))),
      );

    await learn(12);
    await advance(scheduler, 20 * MINUTE_MS, settled);
    expect(constellation.report()).toMatchObject({ devices: TVS, samplesAccepted: 12 * TVS });

    isDown = true;
    await learn(20);
    await advance(scheduler, 80 * MINUTE_MS, settled);
    expect(constellation.report().samplesAccepted).toBe(12 * TVS);

    isDown = false;
    arrivals.length = 0;
    await advance(scheduler, 80 * MINUTE_MS + WINDOW.maxMs, settled);
    expect(constellation.report()).toMatchObject({ devices: TVS, samplesAccepted: 20 * TVS });
    const busiest = Math.max(
      ...arrivals.map((at) => arrivals.filter((one) => one >= at && one < at + 5000).length),
    );
    expect(busiest).toBeLessThan(TVS / 5);

    for (const { running } of tvs) running.unsubscribe();
    await constellation.close();
  });
});
