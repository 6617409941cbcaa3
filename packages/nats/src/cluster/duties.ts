import { tmpdir } from 'node:os';
import { Constellation, type ConstellationOptions, type Published } from '@omega-tv/constellation';
import { monotonicMs, type Clock, type Logger } from '@omega-tv/types';
import type { Bus } from '../bus/bus.js';
import { JetStreamLog } from '../log/jetstream-log.js';
import { openNatsConstellationStore } from '../store/nats-store.js';
import { keepBehindFormer, readKept, tellMerged } from './kept-entries.js';
import { checkUnchanged, partitionNames, type Layout } from './layout.js';
import { PublicationFeed } from './publication-feed.js';

/** The lease of who learns and publishes; partitions have their own. */
export const PUBLISHER = 'publisher';

/** What a Constellation of a cluster is opened with, whichever part it takes. */
export type SharedOptions = Pick<
  ConstellationOptions,
  'format' | 'clock' | 'federation' | 'learning' | 'region' | 'keys' | 'syncWindow' | 'logger'
> &
  Pick<ConstellationOptions, 'snapshots' | 'workers'>;

export interface DutyOptions {
  readonly bus: Bus;
  readonly layout: Layout;
  readonly published: Published;
  readonly shared: SharedOptions;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly publishEveryMs: number;
  /** For copies of checkpoints. Default: the machine's. */
  readonly scratch?: string;
}

/** What a publication of the cluster took. */
interface PublicationRound {
  readonly endedMs: number;
  /** By partition. */
  readonly foldMs: ReadonlyMap<string, number>;
  readonly publishMs: number;
}

/** Something that one node does at a time: it decides for a partition, or publishes for all. */
export interface Duty {
  readonly constellation: Constellation;
  /** Entries that were waiting to be learned when it last looked, by partition. */
  readonly lag: ReadonlyMap<string, number>;
  /** Where it publishes: how long the last round took, and when it ended (monotonic ms). */
  readonly round?: PublicationRound | undefined;
  /** What has to be done again and again; called about every second. */
  run(): void;
  close(): Promise<void>;
}

/** Takes a duty over. @param onTakenOver where another node has taken it since. */
export async function takeDuty(
  name: string,
  options: DutyOptions,
  onTakenOver: () => void,
): Promise<Duty> {
  await checkUnchanged(options.bus, options.layout);
  return name === PUBLISHER
    ? PublisherDuty.take(options, onTakenOver)
    : takePartition(name, options, onTakenOver);
}

async function takePartition(
  partition: string,
  { bus, layout, published, shared, scratch = tmpdir() }: DutyOptions,
  onTakenOver: () => void,
): Promise<Duty> {
  // What the publisher has not learned and saved stays, though a checkpoint covers it here.
  const keepAfter = keepBehindFormer(() => readKept(bus, partition));
  const store = await openNatsConstellationStore({
    ...{ bus, partition, scratch, keepAfter, onTakenOver },
  });
  const { snapshots: _, workers: __, ...rest } = shared;
  const constellation = await Constellation.open({
    ...rest,
    store,
    follows: published,
    epoch: layout.epoch,
  });
  return {
    constellation,
    lag: new Map(),
    run: () => void constellation.publish(),
    close: () => constellation.close(),
  };
}

/** Learns what all partitions decide, and publishes it. */
class PublisherDuty implements Duty {
  readonly constellation: Constellation;
  readonly #options: DutyOptions;
  readonly #feed: PublicationFeed;
  readonly #lag = new Map<string, number>();
  #running: Promise<void> | undefined;
  #ranMs = -Infinity;
  /** How far the newest checkpoint has learned, as far as it is known here. */
  #saved: ReadonlyMap<string, number> | undefined;
  #round: PublicationRound | undefined;

  private constructor(constellation: Constellation, options: DutyOptions) {
    this.constellation = constellation;
    this.#options = options;
    this.#feed = new PublicationFeed(options.bus);
  }

  static async take(options: DutyOptions, onTakenOver: () => void): Promise<Duty> {
    const { bus, layout, shared, scratch = tmpdir() } = options;
    const logs = new Map<string, JetStreamLog>();
    for (const partition of partitionNames(layout)) {
      logs.set(partition, await JetStreamLog.open({ bus, partition }));
    }
    const store = await openNatsConstellationStore({
      ...{ bus, partition: PUBLISHER, scratch, onTakenOver, keepAfter: keepBehindFormer() },
    });
    const constellation = await Constellation.open({
      ...shared,
      store,
      epoch: layout.epoch,
      readLog: (partition, after) => logs.get(partition)?.read(after) ?? nothing(),
    });
    return new PublisherDuty(constellation, options);
  }

  get lag(): ReadonlyMap<string, number> {
    return this.#lag;
  }

  get round(): PublicationRound | undefined {
    return this.#round;
  }

  run(): void {
    const { clock, publishEveryMs, logger } = this.#options;
    const nowMs = monotonicMs(clock);
    if (this.#running !== undefined || nowMs - this.#ranMs < publishEveryMs) return;
    this.#ranMs = nowMs;
    this.#running = this.#publish()
      .catch((cause: unknown) => {
        logger.warn({ err: cause }, 'the publication failed; it is tried again');
      })
      .finally(() => {
        this.#running = undefined;
      });
  }

  async close(): Promise<void> {
    await this.#running;
    await this.constellation.close();
  }

  async #publish(): Promise<void> {
    const { clock } = this.#options;
    const foldMs = new Map<string, number>();
    let foldedMs = monotonicMs(clock);
    for (const partition of partitionNames(this.#options.layout)) {
      const startMs = foldedMs;
      this.#lag.set(partition, await this.constellation.merge(partition));
      foldedMs = monotonicMs(clock);
      foldMs.set(partition, foldedMs - startMs);
    }
    await this.constellation.publish();
    await this.#feed.announce(this.constellation);
    await this.#tellMerged();
    const endedMs = monotonicMs(clock);
    this.#round = { endedMs, foldMs, publishMs: endedMs - foldedMs };
  }

  /** Owners may drop what the checkpoint before the newest one has learned. */
  async #tellMerged(): Promise<void> {
    const { merged } = this.constellation;
    if (merged === this.#saved) return;
    const former = this.#saved;
    this.#saved = merged;
    if (former !== undefined) await tellMerged(this.#options.bus, former);
  }
}

async function* nothing(): AsyncIterable<never> {
  // A partition that the layout does not know has no log.
}
