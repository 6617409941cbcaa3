import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { headers } from '@nats-io/nats-core';
import { describeUnless, syncErrorOf, temporaryFolder } from '@omega-tv/test-support';
import { missingNats } from '@omega-tv/test-support/nats';
import { isSyncError } from '@omega-tv/types';
import { openNatsConstellationStore, type Bus } from '../src/index.js';
import {
  GroupAssembler,
  readHead,
  toEntries,
  toHeaders,
  toPayloads,
} from '../src/log/entry-group.js';
import { JetStreamLog } from '../src/log/jetstream-log.js';
import { connectTo, openTestBus, startNats } from './support.js';

const entry = (text: string) => new TextEncoder().encode(text);
const head = { first: 1, count: 2, part: 1, parts: 1, writer: 'w' };

it('whatever bytes a message holds are entries, or refused (rule 14.8)', () => {
  const [whole] = toPayloads([entry('one'), entry('three')], 1024);
  fc.assert(
    fc.property(
      fc.nat({ max: whole!.length - 1 }),
      fc.integer({ min: 1, max: 255 }),
      (at, flip) => {
        const flipped = whole!.map((byte, i) => (i === at ? byte ^ flip : byte));
        for (const bytes of [flipped, whole!.subarray(0, at), Buffer.concat([whole!, flipped])]) {
          try {
            expect(toEntries([bytes], 2)).toHaveLength(2);
          } catch (error) {
            if (!isSyncError(error, 'serialization')) throw error;
          }
        }
      },
    ),
  );
  for (const [name, value] of [
    ['Omega-First', '0'],
    ['Omega-Count', '-1'],
    ['Omega-Part', '2'],
    ['Omega-Parts', '9'.repeat(400)],
    ['Omega-First', ''],
  ] as const) {
    const said = toHeaders(head);
    said.set(name, value);
    expect(() => readHead(said)).toThrow('no owner wrote');
  }
  expect(() => readHead(headers())).toThrow('no owner wrote');
  expect(() => readHead(undefined)).toThrow('no owner wrote');
});

it('a group that another owner cut off is dropped whole (rule 14.2)', () => {
  const assembler = new GroupAssembler();
  const parts = toPayloads([entry('long'), entry('longer')], 9);
  expect(parts).toHaveLength(2);
  const cut = { ...head, parts: 2, writer: 'old' };
  expect(assembler.add(cut, parts[0]!)).toBeUndefined();
  expect(assembler.isWaiting).toBe(true);
  const [payload] = toPayloads([entry('new')], 99);
  expect(assembler.add({ ...head, count: 1, writer: 'new' }, payload!)?.entries).toHaveLength(1);
  expect(assembler.add({ ...cut, part: 2 }, parts[1]!)).toBeUndefined();
  expect(assembler.isWaiting).toBe(false);
  assembler.add(cut, parts[0]!);
  const whole = assembler.add({ ...cut, part: 2 }, parts[1]!);
  expect(whole?.entries.map((bytes) => new TextDecoder().decode(bytes))).toEqual([
    'long',
    'longer',
  ]);
});

describeUnless(missingNats(), 'a log on JetStream', () => {
  async function open() {
    const node = await startNats();
    const bus = await openTestBus([node]);
    const scratch = await temporaryFolder();
    const openStore = () => openNatsConstellationStore({ bus, partition: 'p0', scratch });
    const messages = async () => {
      const { state } = await bus.jsm.streams.info(bus.names.log('p0').stream);
      return state.last_seq;
    };
    return { node, bus, openStore, messages };
  }

  it('is one message for all entries that wait, and several for what one cannot hold (rule 14.2)', async () => {
    const { openStore, messages, bus } = await open();
    const store = await openStore();
    const before = await messages();
    await store.log.append(
      Array.from({ length: 300 }, (_, i) => entry(`delta ${i}`)),
      0,
    );
    expect((await messages()) - before).toBe(1);
    const large = new Uint8Array(3 * bus.maxPayloadBytes).fill(7);
    await store.log.append([large, entry('last')], 300);
    expect((await messages()) - before).toBe(5);
    await store.close();
    const again = await openStore();
    const found = [];
    for await (const one of again.log.read(299)) found.push(one);
    expect(found.map(({ sequence }) => sequence)).toEqual([300, 301, 302]);
    expect(Buffer.compare(found[1]!.entry, large)).toBe(0);
    await again.log.truncate(301);
    await again.log.append([entry('x')], 302);
    expect(await again.log.lastSequence()).toBe(303);
    await again.close();
  });

  it('takes nothing of an owner that was replaced, nor does its checkpoint (rule 14.3)', async () => {
    const { openStore, messages, bus } = await open();
    const old = await openStore();
    await old.log.append([entry('a')], 0);
    const next = await openStore();
    const manifest = (await bus.state.get('checkpoint.p0'))?.revision;
    const standing = await messages();
    for (let attempt = 0; attempt < 3; attempt += 1) {
      const error = await syncErrorOf(old.log.append([entry('late')], 1));
      expect(error).toMatchObject({ code: 'version-conflict', retryable: true });
    }
    await expect(
      old.checkpoints.save({
        ...{ offset: 1, epoch: 'late', federationCounters: noTime, counters: noCounts },
        ...{ devices: new Map(), clusters: new Map(), trends: new Map(), frames: new Map() },
      }),
    ).rejects.toMatchObject({ code: 'version-conflict' });
    expect(await messages()).toBe(standing);
    expect((await bus.state.get('checkpoint.p0'))?.revision).toBe(manifest);
    // What waited for it is refused at once: it knows, and asks NATS no more.
    const { outMsgs } = bus.connection.stats();
    expect((await syncErrorOf(old.log.append([entry('late')], 1))).code).toBe('version-conflict');
    expect(bus.connection.stats().outMsgs).toBe(outMsgs);
    expect(await next.log.lastSequence()).toBe(1);
    await next.log.append([entry('b')], 1);
    await old.close();
    await next.close();
  });

  it('has all that was acknowledged when NATS is killed amid appends (rule 14.4)', async () => {
    const { node, openStore, bus } = await open();
    const store = await openStore();
    let acknowledged = 0;
    for (let kills = 0; kills < 2; kills += 1) {
      const killed = appendUntilItFails();
      await until(() => acknowledged > 20 * (kills + 1));
      await node.kill();
      await killed;
      await node.start();
      // The owner loads again: what was not acknowledged may be there all the same, at the end.
      const last = await retried(() => store.log.lastSequence());
      expect(last).toBeGreaterThanOrEqual(acknowledged);
      const found: string[] = [];
      for await (const { entry: bytes } of store.log.read(0)) {
        found.push(new TextDecoder().decode(bytes));
      }
      expect(found).toEqual(Array.from({ length: last }, (_, i) => String(i + 1)));
      acknowledged = last;
    }
    await store.close();
    await bus.connection.close();

    async function appendUntilItFails(): Promise<void> {
      try {
        for (;;) {
          await store.log.append([entry(String(acknowledged + 1))], acknowledged);
          acknowledged += 1;
        }
      } catch {
        // NATS is gone.
      }
    }
  });

  it('drops no entry for a message that a replica has not got yet, and does not take it for the end (rules 14.4, 14.16)', async () => {
    const { bus, openStore } = await open();
    const store = await openStore();
    for (let i = 0; i < 40; i += 1) await store.log.append([entry(String(i + 1))], i);
    await store.close();
    const { stream } = bus.names.log('p0');
    const { state } = await bus.jsm.streams.info(stream);
    const holes = fc.subarray(
      Array.from({ length: state.messages }, (_, i) => state.first_seq + i),
      { minLength: 1 },
    );
    await fc.assert(
      fc.asyncProperty(holes, fc.integer({ min: 1, max: 39 }), async (missing, through) => {
        const purged: number[] = [];
        const lagging = laggingBus(bus, new Set(missing), purged);
        const log = await JetStreamLog.open({ bus: lagging, partition: 'p0' });
        try {
          await log.truncate(through);
          expect(await log.lastSequence()).toBe(40);
        } catch (error) {
          if (!isSyncError(error, 'http')) throw error;
          expect(missing).toContain(state.last_seq);
        }
        // The first message is the owner's mark; entry 1 is in the one behind it.
        for (const seq of purged) expect(seq).toBeLessThanOrEqual(state.first_seq + 1 + through);
      }),
      { numRuns: 50 },
    );
  });

  it('loses nothing of a checkpoint where NATS answers with an older one (rule 14.16)', async () => {
    const { bus, openStore } = await open();
    let older: Awaited<ReturnType<Bus['state']['get']>> | undefined;
    const state = new Proxy(bus.state, {
      get: (target, property) => {
        const value: unknown = Reflect.get(target, property, target);
        if (typeof value !== 'function') return value;
        return (...args: readonly unknown[]): unknown => {
          if (property === 'get' && args[0] === 'checkpoint.p0' && older)
            return Promise.resolve(older);
          return Reflect.apply(value, target, args);
        };
      },
    });
    const scratch = await temporaryFolder();
    const store = await openNatsConstellationStore({
      bus: { ...bus, state },
      partition: 'p0',
      scratch,
    });
    const save = (device: string) =>
      store.checkpoints.save({
        ...{ offset: 0, epoch: 'e', federationCounters: noTime, counters: noCounts },
        ...{ clusters: new Map(), trends: new Map(), frames: new Map() },
        devices: new Map([[device, { marks: new Map() }]]),
      });
    await save('a'.repeat(43));
    older = await bus.state.get('checkpoint.p0');
    await save('b'.repeat(43));
    await save('c'.repeat(43));
    older = undefined;
    await store.close();
    const again = await openStore();
    for (const device of ['a', 'b', 'c']) {
      expect(await again.checkpoints.loadDevice(device.repeat(43))).toBeDefined();
    }
    await again.close();
  });

  it('refuses a cluster name that no stream can have (rule 14.8)', async () => {
    const node = await startNats();
    const connection = await connectTo(node);
    for (const cluster of ['', 'a.b', 'A', 'x'.repeat(33)]) {
      await expect(openTestBus([node], { connection, cluster })).rejects.toMatchObject({
        code: 'invalid-config',
        details: { field: 'cluster' },
      });
    }
  });
});

const noTime = { samples: 0, samplesLearned: 0, latestMs: 0, clockMs: 0 };
const noCounts = { devices: 0, deltasApplied: 0, duplicates: 0, refused: 0, samplesAccepted: 0 };

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 1));
}

/** Until NATS is there again. */
async function retried<Result>(work: () => Promise<Result>): Promise<Result> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (isSyncError(error)) throw error;
    }
  }
}

/** NATS that does not find some messages, and purges nothing: it notes up to where it was to. */
function laggingBus(bus: Bus, missing: ReadonlySet<number>, purged: number[]): Bus {
  const find =
    (real: (stream: string, query: { seq: number }) => Promise<unknown>) =>
    (stream: string, query: { seq: number }): Promise<unknown> =>
      missing.has(query.seq) ? Promise.resolve(null) : real(stream, query);
  const { streams, direct } = bus.jsm;
  const jsm = {
    direct: { getMessage: find((stream, query) => direct.getMessage(stream, query)) },
    streams: {
      add: streams.add.bind(streams),
      info: streams.info.bind(streams),
      getMessage: find((stream, query) => streams.getMessage(stream, query)),
      purge: (_: string, { seq }: { readonly seq: number }) => {
        purged.push(seq);
        return Promise.resolve({ success: true, purged: 0 });
      },
    },
  };
  return { ...bus, jsm: jsm as unknown as Bus['jsm'] };
}
