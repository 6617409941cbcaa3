import { toRecordOperation, type BackupEntry } from '@omega-tv/constellation';
import type { OpenedCheckpoints } from '@omega-tv/constellation';
import type { Bus } from '../bus/bus.js';
import { partitionNames, partitionOf, type Layout } from '../cluster/layout.js';
import { openNatsCheckpoints } from '../store/nats-store.js';
import { noCounts, type DeviceEntry, type Totals } from './cluster-entries.js';

/** Entries that wait in memory, of all partitions together: some ten megabytes. */
const MAX_WAITING = 32_768;

/** A partition's checkpoint that is being written. */
interface Filling {
  readonly checkpoint: OpenedCheckpoints;
  waiting: BackupEntry[];
  devices: number;
}

/** Writes the first checkpoints of partitions that no owner has had: each device to its own. */
export class PartitionFill {
  readonly #layout: Layout;
  readonly #fillings: ReadonlyMap<string, Filling>;
  #waiting = 0;

  private constructor(layout: Layout, fillings: ReadonlyMap<string, Filling>) {
    this.#layout = layout;
    this.#fillings = fillings;
  }

  static async open(bus: Bus, layout: Layout, scratch: string): Promise<PartitionFill> {
    const fillings = new Map<string, Filling>();
    for (const partition of partitionNames(layout)) {
      const checkpoint = await openNatsCheckpoints({ bus, partition, scratch });
      fillings.set(partition, { checkpoint, waiting: [], devices: 0 });
    }
    return new PartitionFill(layout, fillings);
  }

  async addDevice(entry: DeviceEntry): Promise<void> {
    const filling = this.#fillings.get(partitionOf(entry.id, this.#layout));
    if (filling === undefined) throw new Error(`no partition has the device ${entry.id}`);
    filling.devices += 1;
    filling.waiting.push(entry);
    this.#waiting += 1;
    if (this.#waiting < MAX_WAITING) return;
    const fillings = [...this.#fillings.values()];
    await this.#write(fillings.reduce((a, b) => (b.waiting.length > a.waiting.length ? b : a)));
  }

  /** What nobody can tell apart by device is counted in the first partition. */
  async finish(epoch: string, { counters, time, learningTime }: Totals): Promise<void> {
    let rest = counters;
    for (const filling of this.#fillings.values()) {
      const own = { ...rest, devices: filling.devices };
      rest = noCounts;
      const federationCounters = { samples: 0, samplesLearned: 0, ...time };
      const head = { offset: 0, epoch, counters: own, federationCounters };
      const learning = { completions: 0, completionsLearned: 0, ...learningTime };
      filling.waiting.push({ kind: 'head', value: head }, { kind: 'learning', value: learning });
      await this.#write(filling);
      await filling.checkpoint.compact();
    }
  }

  async close(): Promise<void> {
    for (const { checkpoint } of this.#fillings.values()) await checkpoint.close();
  }

  async #write(filling: Filling): Promise<void> {
    const operations = filling.waiting.map(toRecordOperation);
    this.#waiting -= filling.waiting.length;
    filling.waiting = [];
    await filling.checkpoint.records.write(() => operations);
  }
}
