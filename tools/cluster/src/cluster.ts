import { rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { NatsNode } from '@omega-tv/test-support/nats';
import { Machine } from './machine.js';
import { operate } from './operate.js';
import { slowDown } from './slow-down.js';

const LEASE_MS = 2000;
const DEFAULT_PARTITIONS = 4;
const NATS_NODES = 3;
/** Between two looks at what is awaited. */
const LOOK_MS = 50;

export interface ClusterOptions {
  /** For all that it keeps. */
  readonly folder: string;
  /** Default: 4. */
  readonly partitions?: number;
  /** A file that it is restored from. Default: it begins empty. */
  readonly backup?: string;
  readonly signal: AbortSignal;
}

/** Three NATS nodes, two Constellations that decide and one that hands on. */
export class Cluster {
  readonly leaseMs = LEASE_MS;
  readonly partitions: number;
  readonly nats: readonly NatsNode[];
  readonly owners: readonly Machine[];
  readonly edge: Machine;
  readonly #folder: string;
  readonly #signal: AbortSignal;
  #endSlowness: (() => void) | undefined;

  private constructor(
    { folder, signal, partitions = DEFAULT_PARTITIONS }: ClusterOptions,
    nats: readonly NatsNode[],
  ) {
    this.#folder = folder;
    this.#signal = signal;
    this.partitions = partitions;
    this.nats = nats;
    this.owners = [this.#machine('first', 'all'), this.#machine('second', 'all')];
    this.edge = this.#machine('edge', 'edge');
  }

  /** Resolves when all can be used. */
  static async start(options: ClusterOptions): Promise<Cluster> {
    const cluster = new Cluster(options, await NatsNode.prepare(options.folder, NATS_NODES));
    try {
      await Promise.all(cluster.nats.map((node) => node.start()));
      if (options.backup !== undefined) await cluster.#restore(options.backup);
      await cluster.#startMachines();
      return cluster;
    } catch (error) {
      await cluster.kill();
      throw error;
    }
  }

  get #engine(): string {
    return this.nats.map(({ url }) => url).join(',');
  }

  #machine(name: string, role: 'edge' | 'all'): Machine {
    const folder = path.join(this.#folder, name);
    const { partitions, leaseMs } = this;
    return new Machine({ engine: this.#engine, folder, role, partitions, leaseMs });
  }

  async #startMachines(): Promise<void> {
    for (const one of this.machines) await whenNatsHasALeader(() => one.start(), this.#signal);
    await this.ready(this.#signal);
  }

  async #restore(file: string): Promise<void> {
    const options = ['--engine', this.#engine, '--replicas', `${NATS_NODES}`];
    const partitions = ['--partitions', `${this.partitions}`];
    const lease = ['--lease-ms', `${this.leaseMs}`];
    const restore = ['restore', ...options, ...partitions, ...lease, '--in', file];
    await whenNatsHasALeader(() => operate(restore), this.#signal);
  }

  /** A NATS node is slow from now on. */
  slowDown(index: number): void {
    const node = this.nats[index];
    this.#endSlowness = node && slowDown(node);
  }

  endSlowness(): void {
    this.#endSlowness?.();
    this.#endSlowness = undefined;
  }

  /** Backs it up while it runs. */
  async backUp(): Promise<void> {
    await operate(['backup', '--engine', this.#engine, '--out', this.#backupFile]);
  }

  /** All of it is lost; then it is made again of the newest backup. */
  async loseAllAndRestore(): Promise<void> {
    await this.kill();
    for (const node of this.nats) await this.emptyDisk(node);
    await Promise.all(this.nats.map((node) => node.start()));
    await this.#restore(this.#backupFile);
    await this.#startMachines();
  }

  get #backupFile(): string {
    return path.join(this.#folder, 'cluster.backup');
  }

  /** The machine that has so many devices, or more. */
  async ownerOf(devices: number): Promise<Machine> {
    for (const owner of this.owners) {
      if ((await owner.report()).devices >= devices) return owner;
    }
    throw new Error(`no machine owns ${devices} devices`);
  }

  get machines(): readonly Machine[] {
    return [...this.owners, this.edge];
  }

  /** Resolves when no NATS node has anything to catch up with. */
  async caughtUp(signal: AbortSignal): Promise<void> {
    for (const node of this.nats) {
      while (!(await node.hasCaughtUp())) await setTimeout(LOOK_MS, undefined, { signal });
    }
  }

  /** Resolves when each of them says that it is ready. */
  async ready(signal: AbortSignal): Promise<void> {
    for (const machine of this.machines) {
      while (!(await machine.isReady())) await setTimeout(LOOK_MS, undefined, { signal });
    }
  }

  /** What the owners have counted; each partition is one owner's. */
  async samplesAccepted(): Promise<number> {
    const reports = await Promise.all(this.owners.map((owner) => owner.report()));
    return reports.reduce((sum, { samplesAccepted }) => sum + samplesAccepted, 0);
  }

  /** The newest version that each of them knows. */
  async versions(): Promise<readonly number[]> {
    return Promise.all(this.machines.map(async (one) => (await one.report()).version));
  }

  /** A node's disk is empty from now on; it does not run. */
  async emptyDisk(node: NatsNode): Promise<void> {
    await rm(node.store, { recursive: true, force: true });
  }

  async kill(): Promise<void> {
    this.endSlowness();
    await Promise.all(this.machines.map((machine) => machine.kill()));
    await Promise.all(this.nats.map((node) => node.kill()));
  }
}

/** Nodes that have just been started choose a leader first. */
async function whenNatsHasALeader(work: () => Promise<void>, signal: AbortSignal): Promise<void> {
  for (;;) {
    try {
      await work();
      return;
    } catch (error) {
      if (!/JetStream|jetstream|timeout|503/i.test(String(error))) throw error;
      await setTimeout(LOOK_MS, undefined, { signal });
    }
  }
}
