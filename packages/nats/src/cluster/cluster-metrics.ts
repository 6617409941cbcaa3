import { Counter, Gauge, type OpenMetricsContentType, type Registry } from 'prom-client';
import { monotonicMs, systemClock, type Clock } from '@omega-tv/types';
import type { ClusterNode } from './cluster-node.js';
import { PUBLISHER } from './duties.js';

/**
 * Adds what only a cluster knows to a server's metrics, by partition: what this node owns, leases that
 * came and went, what waits to be learned, and how long publications took.
 */
export function addClusterMetrics(
  registry: Registry<OpenMetricsContentType>,
  node: Pick<ClusterNode, 'figures'>,
  clock: Clock = systemClock,
): void {
  const registers = [registry];
  const labelNames = ['partition'] as const;
  new Gauge({
    ...{ name: 'omega_partition_owned', help: 'Owned by this node', labelNames, registers },
    collect() {
      this.reset();
      for (const partition of node.figures.owned) this.set({ partition }, 1);
    },
  });
  new Gauge({
    name: 'omega_partitions_orphaned',
    help: 'Partitions that nobody owns, as far as this node knows',
    registers,
    collect() {
      this.set(node.figures.orphaned.length);
    },
  });
  new Counter({
    ...{ name: 'omega_lease_changes_total', help: 'Leases taken or lost', labelNames, registers },
    collect() {
      this.reset();
      for (const [partition, count] of node.figures.leaseChanges) this.inc({ partition }, count);
    },
  });
  new Gauge({
    name: 'omega_partition_lag_entries',
    help: 'Entries that waited to be learned at the last publication',
    ...{ labelNames, registers },
    collect() {
      this.reset();
      for (const [partition, count] of node.figures.lag) this.set({ partition }, count);
    },
  });
  new Gauge({
    name: 'omega_publisher_age_seconds',
    help: 'Since the last publication went well; where this node publishes',
    registers,
    collect() {
      const { publishedMs } = node.figures;
      this.reset();
      if (publishedMs !== undefined) this.set((monotonicMs(clock) - publishedMs) / 1000);
    },
  });
  new Gauge({
    name: 'omega_publisher_seconds',
    help: 'What the last round of learning (fold) and of publishing took; where this node publishes',
    labelNames: ['part', 'partition'],
    registers,
    collect() {
      const { roundMs } = node.figures;
      this.reset();
      if (roundMs === undefined) return;
      for (const [partition, ms] of roundMs.fold) this.set({ part: 'fold', partition }, ms / 1000);
      this.set({ part: 'publish', partition: PUBLISHER }, roundMs.publish / 1000);
    },
  });
}
