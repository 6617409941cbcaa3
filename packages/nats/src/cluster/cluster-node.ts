import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import type { Msg, Subscription } from '@nats-io/nats-core';
import {
  Constellation,
  createMemoryConstellationStore,
  deviceIdOfFrames,
  deviceKeyOf,
  Published,
  SnapshotWindow,
  type AdministeredConstellation,
  type Caller,
  type ConstellationReport,
  type DeviceRecord,
  type FrameOptions,
  type ObservedConstellation,
  type Overview,
  type ServedConstellation,
} from '@omega-tv/constellation';
import { isSyncError, silentLogger, systemClock } from '@omega-tv/types';
import type { Logger } from '@omega-tv/types';
import type { Bus } from '../bus/bus.js';
import { Scratch } from '../store/scratch.js';
import { PUBLISHER, type SharedOptions } from './duties.js';
import { readForgetHead, toForgotten } from './forget-message.js';
import { openLayout, partitionNames, partitionOf, type Layout } from './layout.js';
import { Leases, type Holdings } from './leases.js';
import { Owner } from './owner.js';
import { PublicationFeed } from './publication-feed.js';
import { readPushHead, respondRefused } from './push-message.js';
import type { PushHead } from './push-message.js';
import { PushRouter } from './push-router.js';
import { sumReports } from './sum-reports.js';
import { unavailable } from './unavailable.js';

const DEFAULT_PENDING = 2048;
const DEFAULT_PUBLISH_MS = 5000;
/** So many times in the life of a lease it is renewed. */
const TICKS_PER_LEASE = 4;

export interface ClusterNodeOptions extends SharedOptions {
  readonly bus: Bus;
  /** Of a cluster that is new: 1 to 256. Default: as it was made, or 4. */
  readonly partitions?: number;
  /** `edge` hands pushes on, `owner` decides them, `all` does both. Default: all. */
  readonly role?: 'edge' | 'owner' | 'all';
  readonly publishEveryMs?: number;
  /** Pushes of a partition that wait. Default: 2,048. */
  readonly maxPending?: number;
  /** A folder for copies of checkpoints, emptied as partitions go. Default: the machine's. */
  readonly scratch?: string;
}

/** What only a cluster knows, since the node began. */
export interface ClusterFigures {
  readonly node: string;
  readonly owned: readonly string[];
  /** How often each was taken or lost here. */
  readonly leaseChanges: ReadonlyMap<string, number>;
  /** Entries that waited to be learned at the last publication, by partition; where this node publishes. */
  readonly lag: ReadonlyMap<string, number>;
  /** When the last publication ended (monotonic ms), and what it took; where this node publishes. */
  readonly publishedMs?: number;
  readonly roundMs?: {
    /** Of learning, by partition. */
    readonly fold: ReadonlyMap<string, number>;
    readonly publish: number;
  };
  /** Partitions without an owner, as far as this node knows. */
  readonly orphaned: readonly string[];
}

/**
 * A machine of a Constellation that stands on NATS: it takes pushes from any TV and hands each to the
 * owner of its partition, which decides it and answers when NATS has it; and it owns its share.
 */
export class ClusterNode
  implements ServedConstellation, ObservedConstellation, AdministeredConstellation
{
  readonly id = randomUUID();
  readonly #options: ClusterNodeOptions;
  readonly #layout: Layout;
  readonly #published: Published;
  /** Decides nothing: it says what is published where this node owns nothing. */
  readonly #front: Constellation;
  readonly #leases: Leases;
  readonly #owner: Owner;
  readonly #router: PushRouter;
  readonly #feed: PublicationFeed;
  readonly #logger: Logger;
  #holdings: Holdings = { members: [], owners: new Map() };
  #subscription: Subscription | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #ticking: Promise<void> = Promise.resolve();
  #isClosing = false;
  #isSeeing = false;
  #refused = 0;

  private constructor(options: ClusterNodeOptions, layout: Layout, parts: Parts) {
    const { bus, logger = silentLogger, clock = systemClock, ...rest } = options;
    this.#options = options;
    this.#layout = layout;
    this.#published = parts.published;
    this.#front = parts.front;
    this.#logger = logger;
    this.#leases = new Leases(bus, this.id);
    this.#feed = new PublicationFeed(bus);
    this.#owner = new Owner({
      ...{ bus, layout, logger, clock, node: this.id, leases: this.#leases },
      published: parts.published,
      shared: { ...rest, logger, clock },
      publishEveryMs: options.publishEveryMs ?? DEFAULT_PUBLISH_MS,
      maxPending: options.maxPending ?? DEFAULT_PENDING,
      ...(options.scratch === undefined ? {} : { scratch: options.scratch }),
    });
    const { id: node } = this;
    this.#router = new PushRouter({ bus, node, owner: this.#owner, leases: this.#leases });
  }

  /**
   * Joins the cluster, which is made where there is none.
   * @throws SyncError `invalid-config` for settings that cannot work; what NATS throws.
   */
  static async open(options: ClusterNodeOptions): Promise<ClusterNode> {
    const layout = await openLayout(options.bus, options.partitions);
    await Scratch.removeLeftovers(options.scratch ?? tmpdir());
    const { format, snapshots, clock, federation, learning, region, syncWindow } = options;
    const published = new Published(format, snapshots && new SnapshotWindow(snapshots));
    const front = await Constellation.open({
      ...{ store: createMemoryConstellationStore(), format, follows: published },
      epoch: layout.epoch,
      ...(clock === undefined ? {} : { clock }),
      ...(federation === undefined ? {} : { federation }),
      ...(learning === undefined ? {} : { learning }),
      ...(region === undefined ? {} : { region }),
      ...(syncWindow === undefined ? {} : { syncWindow }),
    });
    const node = new ClusterNode(options, layout, { published, front });
    node.#listen();
    await node.#tick();
    node.#schedule();
    return node;
  }

  get format(): Constellation['format'] {
    return this.#options.format;
  }

  get window(): SnapshotWindow | undefined {
    return this.#published.window;
  }

  get version(): number {
    return this.#published.version;
  }

  get syncWindow(): Constellation['syncWindow'] {
    return this.#front.syncWindow;
  }

  /** True where pushes can be taken: NATS answers, and somebody owns each partition that is not new. */
  get isReady(): boolean {
    if (this.#isClosing || !this.#isSeeing) return false;
    const isOwner = this.#role !== 'edge';
    const takes = this.#role === 'owner' || this.figures.orphaned.length === 0;
    return takes && !(isOwner && this.#owner.isTaking);
  }

  get figures(): ClusterFigures {
    const { duties, leaseChanges } = this.#owner;
    const known = this.#holdings.owners;
    const round = duties.get(PUBLISHER)?.round;
    return {
      node: this.id,
      owned: [...duties.keys()],
      leaseChanges,
      lag: duties.get(PUBLISHER)?.lag ?? new Map(),
      ...(round === undefined
        ? {}
        : {
            publishedMs: round.endedMs,
            roundMs: { fold: round.foldMs, publish: round.publishMs },
          }),
      orphaned: partitionNames(this.#layout).filter((name) => !known.has(name)),
    };
  }

  get log(): { readonly entries: number; readonly bytes: number } {
    const logs = this.#owned.map(({ log }) => log);
    return {
      entries: logs.reduce((sum, { entries }) => sum + entries, 0),
      bytes: logs.reduce((sum, { bytes }) => sum + bytes, 0),
    };
  }

  /** Of the partitions that this node owns; all nodes' together are the cluster's. */
  report(): ConstellationReport {
    const own = this.#owner.duties;
    const reports = [...own].filter(([name]) => name !== PUBLISHER).map(([, duty]) => duty);
    return sumReports(
      reports.map(({ constellation }) => constellation.report()),
      { version: this.version, epoch: this.#layout.epoch, refused: this.#refused },
    );
  }

  overview(): Overview {
    const publisher = this.#owner.duties.get(PUBLISHER);
    return (publisher?.constellation ?? this.#front).overview();
  }

  /** What this node keeps of a device: nothing, where another one owns its partition. */
  async recordsOf(deviceId: string): Promise<readonly DeviceRecord[]> {
    const found = await Promise.all(this.#owned.map((one) => one.recordsOf(deviceId)));
    return found.flat();
  }

  async sync(body: Uint8Array, caller: Caller = ANYBODY): Promise<Uint8Array> {
    const { deviceId } = await this.format.decodeDelta(body);
    return this.#send(
      { partition: this.#partitionOf(caller, deviceId), protocol: 'v1', caller },
      body,
    );
  }

  async syncFrame(body: Uint8Array, options: FrameOptions = {}): Promise<Uint8Array> {
    const { caller = ANYBODY, ...rest } = options;
    if (this.window === undefined) throw new TypeError('This node was opened without codecs.');
    const partition = this.#partitionOf(caller, deviceIdOfFrames(this.window, body));
    return this.#send({ partition, protocol: 'v2', caller, options: rest }, body);
  }

  /** Of bodies that no owner saw; it lasts as long as the process. */
  countRefused(): void {
    this.#refused += 1;
  }

  /** Gives away what it owns, saved; pushes that are under way are decided first. */
  async close(): Promise<void> {
    if (this.#isClosing) return;
    this.#isClosing = true;
    clearTimeout(this.#timer);
    await this.#ticking;
    await this.#owner.close();
    await this.#subscription?.drain();
    await this.#front.close();
  }

  get #role(): 'edge' | 'owner' | 'all' {
    return this.#options.role ?? 'all';
  }

  get #owned(): readonly Constellation[] {
    return Array.from(this.#owner.duties.values(), ({ constellation }) => constellation);
  }

  #partitionOf(caller: Caller, deviceId: string): string {
    return partitionOf(deviceKeyOf(caller, deviceId), this.#layout);
  }

  #send(head: PushHead, body: Uint8Array): Promise<Uint8Array> {
    return this.#router.send(head, body, this.#holdings.owners);
  }

  #listen(): void {
    const { connection, names } = this.#options.bus;
    this.#subscription = connection.subscribe(names.pushSubject(this.id), {
      callback: (error, message) => {
        if (error === null) void this.#answer(message);
      },
    });
  }

  async #answer(message: Msg): Promise<void> {
    try {
      const forget = readForgetHead(message);
      message.respond(
        forget === undefined
          ? await this.#owner.decide(readPushHead(message), message.data)
          : toForgotten(await this.#owner.forget(forget)),
      );
    } catch (error) {
      if (!isSyncError(error)) this.#logger.error({ err: error }, 'the push failed');
      const shown = isSyncError(error) ? error : unavailable('The owner failed', error);
      respondRefused(message, shown);
    }
  }

  #schedule(): void {
    if (this.#isClosing) return;
    const { leaseMs } = this.#options.bus;
    this.#timer = setTimeout(() => {
      this.#ticking = this.#tick();
      void this.#ticking.then(() => {
        this.#schedule();
      });
    }, leaseMs / TICKS_PER_LEASE);
  }

  async #tick(): Promise<void> {
    try {
      this.#holdings = await this.#leases.read(this.#owner.names);
      this.#isSeeing = true;
      if (this.#role !== 'edge') await this.#owner.tick(this.#holdings);
    } catch (cause) {
      this.#isSeeing = false;
      this.#logger.warn({ err: cause }, 'NATS does not answer; it is asked again');
      return;
    }
    // What was published may be replaced while it is read; pushes are taken all the same.
    await this.#feed.follow(this.#published).catch((cause: unknown) => {
      this.#logger.warn({ err: cause }, 'what was published could not be read; it is read again');
    });
  }
}

const ANYBODY: Caller = { contributes: true };

interface Parts {
  readonly published: Published;
  readonly front: Constellation;
}
