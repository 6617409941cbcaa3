import { createHmac } from 'node:crypto';
import { deserialize, serialize } from 'node:v8';
import { expect, it } from '@jest/globals';
import { encodeDeltaFrame } from '@omega-tv/compression';
import { createMiniLmCodec, createNodeV1Format } from '@omega-tv/compression/node';
import { Constellation, Published, SnapshotWindow } from '@omega-tv/constellation';
import type { ConstellationStore } from '@omega-tv/constellation';
import { describeUnless, temporaryFolder } from '@omega-tv/test-support';
import { missingNats, type NatsNode } from '@omega-tv/test-support/nats';
import type { SyncDelta } from '@omega-tv/types';
import { openNatsConstellationStore, type Bus } from '../src/index.js';
import { openTestBus, startNats } from './support.js';

const format = createNodeV1Format();
const codec = createMiniLmCodec();
const federation = { minDevices: 3 };
const PARTITIONS = ['p0', 'p1'];
const DAYS = 4;
const TVS = 40;
const DAY_MS = 24 * 60 * 60 * 1000;
const BEGIN_MS = Date.parse('2026-11-22T10:00:00Z');

/** Keys in a fixed order. */
function countingKeys() {
  let drawn = 0;
  return {
    drawKey: () => `key-${(drawn += 1)}`,
    tagDevice: (key: string, deviceId: string) =>
      createHmac('sha256', key).update(deviceId).digest('base64url').slice(0, 22),
  };
}

/** Each TV's delta of a day: a pattern of one of three tastes, and a title. */
function frameOf(tv: number, day: number): Uint8Array {
  const taste = (tv + day) % 3;
  const embedding = new Float32Array(384).map((_, axis) =>
    axis % 3 === taste ? 0.08 : 0.001 * tv,
  );
  const delta: SyncDelta = {
    deviceId: `tv-${tv}`,
    version: 1,
    timestamp: '2026-11-22T10:00:00Z',
    position: { deviceEpoch: 7, seq: day },
    capabilities: ['positions', 'titles'],
    patterns: [
      {
        id: `p${day}`,
        embedding,
        genre: `genre-${taste}`,
        successRate: 0.9,
        sampleCount: 10,
        newSamples: 10,
      },
    ],
    engagements: [{ contentId: `imdb:tt${taste}`, count: 1, completed: true }],
  };
  const options = { rate: { budgetBytes: 2048 }, random: { next: () => 0.5 } };
  return encodeDeltaFrame(codec, delta, options).bytes;
}

/** Logs of two partitions that nobody truncates; for each day, how far they had come. */
async function fillLogs(bus: Bus): Promise<readonly ReadonlyMap<string, number>[]> {
  const clock = { nowMs: () => BEGIN_MS };
  const window = new SnapshotWindow({ codecs: [codec] });
  const ends = Array.from({ length: DAYS }, () => new Map<string, number>());
  for (const [i, partition] of PARTITIONS.entries()) {
    const opened = { bus, partition, scratch: await temporaryFolder() };
    const store = await openNatsConstellationStore({
      ...opened,
      keepAfter: () => Promise.resolve(0),
    });
    const follows = new Published(format, window);
    const own = await Constellation.open({ store, format, clock, federation, follows, epoch: 'e' });
    for (const [day, end] of ends.entries()) {
      for (let tv = i; tv < TVS; tv += PARTITIONS.length) await own.syncFrame(frameOf(tv, day + 1));
      end.set(partition, await store.log.lastSequence());
    }
    await own.close();
  }
  return ends;
}

/** A publisher that may be killed after any step: nothing of it is closed or saved then. */
class Publisher {
  readonly publications: Uint8Array[] = [];
  readonly #nats: NatsNode;
  readonly #name: string;
  readonly #kills: ReadonlySet<number>;
  readonly #keys = countingKeys();
  readonly #clock = { timeMs: BEGIN_MS, nowMs: () => this.#clock.timeMs };
  readonly #scratch: string;
  #store: ConstellationStore | undefined;
  #own: Constellation | undefined;
  #ends: ReadonlyMap<string, number> = new Map();
  #step = 0;

  constructor(nats: NatsNode, name: string, scratch: string, kills: readonly number[] = []) {
    this.#nats = nats;
    this.#name = name;
    this.#scratch = scratch;
    this.#kills = new Set(kills);
  }

  /** Learns and publishes day by day. */
  async live(days: readonly ReadonlyMap<string, number>[]): Promise<void> {
    for (const [day, ends] of days.entries()) {
      this.#ends = ends;
      this.#clock.timeMs = BEGIN_MS + day * DAY_MS;
      for (const partition of PARTITIONS) await this.#do((own) => own.merge(partition));
      await this.#do((own) => own.publish());
      if (day % 2 === 1) await this.#do((own) => own.checkpoint());
      this.publications.push((await this.#opened()).publication());
    }
  }

  /** What stands in its log, each entry as it is. */
  async entries(): Promise<readonly unknown[]> {
    const entries: unknown[] = [];
    for await (const { entry } of this.#store?.log.read(0) ?? []) {
      const value = deserialize(entry) as { readonly kind: string };
      // Jest's realm has an Object of its own, so settings that were read equal no others there.
      if (value.kind !== 'settings') entries.push(value);
    }
    return entries;
  }

  async #do(work: (own: Constellation) => Promise<unknown>): Promise<void> {
    await work(await this.#opened());
    this.#step += 1;
    if (this.#kills.has(this.#step)) this.#own = undefined;
  }

  /** As another node does that takes it over. */
  async #opened(): Promise<Constellation> {
    if (this.#own !== undefined) return this.#own;
    const bus = await openTestBus([this.#nats]);
    const logs = new Map<string, ConstellationStore['log']>();
    const store = await openNatsConstellationStore({
      ...{ bus, partition: this.#name, scratch: this.#scratch },
      // All of it stays to be compared.
      keepAfter: () => Promise.resolve(0),
    });
    for (const partition of PARTITIONS) {
      logs.set(partition, (await openNatsConstellationStore({ bus, partition })).log);
    }
    const ends = () => this.#ends;
    this.#store = store;
    this.#own = await Constellation.open({
      ...{ store, format, federation, clock: this.#clock, keys: this.#keys, epoch: 'e' },
      snapshots: { codecs: [codec] },
      async *readLog(partition, after) {
        for await (const record of logs.get(partition)?.read(after) ?? []) {
          if (record.sequence > (ends().get(partition) ?? 0)) return;
          yield record;
        }
      },
    });
    return this.#own;
  }
}

/** V8 writes a whole number in two ways, by how it was computed; who reads it writes it in one. */
function canonical(publication: Uint8Array): Uint8Array {
  return serialize(deserialize(publication));
}

describeUnless(missingNats(), 'the publisher', () => {
  it('publishes the same bytes, killed and resumed after any step, and its log is the same (rule 14.15)', async () => {
    const nats = await startNats();
    const days = await fillLogs(await openTestBus([nats]));
    const whole = new Publisher(nats, 'whole', await temporaryFolder());
    await whole.live(days);
    const [expected, log] = [whole.publications, await whole.entries()];
    expect(expected).toHaveLength(DAYS);
    expect(log.length).toBeGreaterThanOrEqual(3 * DAYS);
    const steps = DAYS * 3 + DAYS / 2;
    const every = Array.from({ length: steps }, (_, i) => i + 1);
    for (const [i, kills] of [every, every.filter((step) => step % 3 === 0), [1, 8]].entries()) {
      const killed = new Publisher(nats, `killed-${i}`, await temporaryFolder(), kills);
      await killed.live(days);
      for (const [day, bytes] of killed.publications.entries()) {
        expect(deserialize(bytes)).toEqual(deserialize(expected[day]!));
        expect(Buffer.compare(canonical(bytes), canonical(expected[day]!))).toBe(0);
      }
      expect(await killed.entries()).toEqual(log);
    }
  });
});
