import { expect } from '@jest/globals';
import type { Subscription } from 'rxjs';
import { VirtualTimeScheduler } from 'rxjs';
import { createRandom } from '@omega-tv/seeded-random';
import {
  createMemoryPatternStore,
  createSyncLoop,
  sampleBooks,
  type SyncClient,
  type SyncLoopStatus,
} from '../../src/index.js';
import { NOW_MS, realPattern } from '../support.js';
import { openServer, openTv, type Carry, type OpenedServer } from '../v2/support.js';
import { BadLine, type Line } from './bad-line.js';

export const PROFILES = ['anna', 'bea'] as const;
export type Profile = (typeof PROFILES)[number];
/** Each profile has so many patterns of its own. */
const PATTERNS = 3;
/** Between two timers a loop does its work in promises; it never needs more turns than this. */
const MAX_TURNS = 2000;

export interface WorldOptions {
  /** How its servers are reached. Default: in memory. */
  readonly carry?: Carry;
  /** Of the event loop, for one piece of work; a real network takes many. */
  readonly maxTurns?: number;
}

/** A TV with its loop, a server, and the line between them, in virtual time. */
export class World {
  readonly store = createMemoryPatternStore();
  readonly line: BadLine;
  readonly learned = new Map<string, number>();
  /** Samples of patterns that were forgotten: the server may have counted them. */
  forgotten = 0;
  #server: OpenedServer;
  #servers = 1;
  #opened = 0;
  #scheduler = new VirtualTimeScheduler();
  #running!: Subscription;
  #client!: SyncClient;
  #status!: SyncLoopStatus;
  #jumpMs = 0;
  #version = 0;
  #epoch: string | undefined;

  readonly #options: WorldOptions;

  private constructor(server: OpenedServer, options: WorldOptions) {
    this.#server = server;
    this.#options = options;
    this.line = new BadLine(server.transport);
  }

  static async open(options: WorldOptions = {}): Promise<World> {
    const world = new World(await serverOf(options), options);
    await world.#switchOn();
    return world;
  }

  get accepted(): number {
    return this.#server.constellation.report().samplesAccepted;
  }

  async books() {
    const patterns = await this.store.skillList(1000, 'learned');
    return sampleBooks(await this.store.loadSyncState(), patterns);
  }

  async watch(profile: Profile, which: number, samples: number): Promise<void> {
    const index = PROFILES.indexOf(profile) * PATTERNS + (which % PATTERNS);
    const id = `p${index}`;
    const sampleCount = (this.learned.get(id) ?? 0) + samples;
    this.learned.set(id, sampleCount);
    await this.store.skillStore({ ...realPattern(index * 7, { id, sampleCount }), profile });
  }

  /** The next timer fires, and what it starts comes to its end. */
  async tick(): Promise<void> {
    this.#scheduler.flush();
    await this.#untilArmed();
  }

  /** The power goes, and comes back; what the process had in memory is gone. */
  async restart(): Promise<void> {
    this.#running.unsubscribe();
    await this.#switchOn();
  }

  jump(ms: number): void {
    this.#jumpMs += ms;
  }

  through(line: Line): void {
    this.line.now = line;
  }

  /** As after a restore from the oldest copy: another epoch, and nothing in it. */
  async replaceServer(): Promise<void> {
    this.#servers += 1;
    this.#server = await serverOf(this.#options);
    this.line.server = this.#server.transport;
  }

  async publish(): Promise<void> {
    await this.#server.constellation.publish();
  }

  keepPrivate(profile: Profile, isPrivate: boolean): Promise<void> {
    return this.#client.keepPrivate(profile, isPrivate);
  }

  async forget(profile: Profile): Promise<void> {
    await this.#client.forgetProfile(profile);
    const first = PROFILES.indexOf(profile) * PATTERNS;
    for (let index = first; index < first + PATTERNS; index += 1) {
      this.forgotten += this.learned.get(`p${index}`) ?? 0;
      this.learned.delete(`p${index}`);
    }
  }

  /** What holds after each step, whatever happened. */
  async check(): Promise<void> {
    const { learned, ...parts } = await this.books();
    expect(learned).toBe([...this.learned.values()].reduce((sum, count) => sum + count, 0));
    expect(Object.values(parts).reduce((sum, part) => sum + part, 0)).toBe(learned);
    for (const part of Object.values(parts)) expect(part).toBeGreaterThanOrEqual(0);
    // Something is always about to happen, and it is not far off.
    expect(this.#scheduler.actions).toHaveLength(1);
    expect(this.#status.delayMs).toBeLessThanOrEqual(24 * 60 * 60 * 1000);
    const { lastVersion, server } = await this.store.loadSyncState();
    if (server?.epoch === this.#epoch) expect(lastVersion).toBeGreaterThanOrEqual(this.#version);
    this.#version = lastVersion;
    this.#epoch = server?.epoch;
  }

  close(): void {
    this.#running.unsubscribe();
  }

  async #switchOn(): Promise<void> {
    this.#opened += 1;
    const scheduler = new VirtualTimeScheduler();
    this.#scheduler = scheduler;
    const clock = {
      nowMs: () => NOW_MS + this.#jumpMs + scheduler.frame,
      monotonicMs: () => scheduler.frame,
    };
    const client = await openTv(this.line, {
      store: this.store,
      clock,
      random: createRandom('epochs', this.#servers, this.#opened),
    });
    this.#client = client;
    const loop = createSyncLoop({
      exchange: (signal) => client.syncStore({ signal }),
      standing: () => client.standing(),
      waitMemory: client.waitMemory,
      scheduler,
      clock,
      random: createRandom('waits', this.#opened),
    });
    loop.status$.subscribe((status) => {
      this.#status = status;
    });
    this.#running = loop.start();
    await this.#untilArmed();
  }

  async #untilArmed(): Promise<void> {
    const { maxTurns = MAX_TURNS } = this.#options;
    for (let turn = 0; this.#scheduler.actions.length === 0; turn += 1) {
      if (turn === maxTurns) throw new Error(`no timer is armed: ${this.#status.why}`);
      await new Promise(setImmediate);
    }
  }
}

function serverOf({ carry }: WorldOptions): Promise<OpenedServer> {
  return openServer(carry === undefined ? {} : { carry });
}
