// Everyday
export { openBus, openExistingBus, type Bus, type BusOptions } from './bus/bus.js';
export { openNatsConstellationStore, type NatsStoreOptions } from './store/nats-store.js';
export {
  ClusterNode,
  type ClusterFigures,
  type ClusterNodeOptions,
} from './cluster/cluster-node.js';

export {
  backupCluster,
  readClusterReport,
  type ClusterCopyOptions,
} from './operations/backup-cluster.js';
export { forgetInCluster } from './operations/forget-in-cluster.js';
export { repartitionCluster, type RepartitionOptions } from './operations/repartition.js';
export { restoreCluster, type RestoreClusterOptions } from './operations/restore-cluster.js';
export { addClusterMetrics } from './cluster/cluster-metrics.js';

// Advanced
export type { SharedOptions } from './cluster/duties.js';
