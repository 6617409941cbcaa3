// Everyday
export { openBus, type Bus, type BusOptions } from './bus/bus.js';
export { openNatsConstellationStore, type NatsStoreOptions } from './store/nats-store.js';
export {
  ClusterNode,
  type ClusterFigures,
  type ClusterNodeOptions,
} from './cluster/cluster-node.js';

export { addClusterMetrics } from './cluster/cluster-metrics.js';

// Advanced
export type { SharedOptions } from './cluster/duties.js';
