import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { NatsNode } from '@omega-tv/test-support/nats';
import { Machine } from './machine.js';

const LEASE_MS = 2000;
const PARTITIONS = 4;
const NATS_NODES = 3;
/** Between two looks at what is awaited. */
const LOOK_MS = 50;

/** Three NATS nodes, two Constellations that decide and one that hands on. */
export class Cluster {
  readonly leaseMs = LEASE_MS;
  readonly nats: readonly NatsNode[];
  readonly owners: readonly Machine[];
  readonly edge: Machine;

  private constructor(nats: readonly NatsNode[], owners: readonly Machine[], edge: Machine) {
    this.nats = nats;
    this.owners = owners;
    this.edge = edge;
  }

  /** Resolves when all can be used. @param folder for all that they keep. */
  static async start(folder: string, signal: AbortSignal): Promise<Cluster> {
    const nats = await NatsNode.prepare(folder, NATS_NODES);
    const engine = nats.map(({ url }) => url).join(',');
    const machine = async (name: string, role: 'edge' | 'all'): Promise<Machine> => {
      const own = path.join(folder, name);
      await mkdir(own);
      return new Machine({ engine, folder: own, role, partitions: PARTITIONS, leaseMs: LEASE_MS });
    };
    const owners = [await machine('first', 'all'), await machine('second', 'all')];
    const cluster = new Cluster(nats, owners, await machine('edge', 'edge'));
    try {
      await Promise.all(nats.map((node) => node.start()));
      for (const one of cluster.machines) await startWhenNatsHasALeader(one, signal);
      await cluster.ready(signal);
      return cluster;
    } catch (error) {
      await cluster.kill();
      throw error;
    }
  }

  get machines(): readonly Machine[] {
    return [...this.owners, this.edge];
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
    await Promise.all(this.machines.map((machine) => machine.kill()));
    await Promise.all(this.nats.map((node) => node.kill()));
  }
}

/** Nodes that have just been started choose a leader first. */
async function startWhenNatsHasALeader(machine: Machine, signal: AbortSignal): Promise<void> {
  for (;;) {
    try {
      await machine.start();
      return;
    } catch (error) {
      if (!/JetStream|jetstream|timeout|503/i.test(String(error))) throw error;
      await setTimeout(LOOK_MS, undefined, { signal });
    }
  }
}
