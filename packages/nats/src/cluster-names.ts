import { SyncError } from '@omega-tv/types';

const NAME = /^[a-z][a-z0-9-]{0,31}$/;

/** What a cluster's streams, subjects and buckets are called. */
export interface ClusterNames {
  readonly cluster: string;
  /** Key-value bucket: layout, checkpoints, publication. */
  readonly state: string;
  /** Key-value bucket whose entries expire: who owns what. */
  readonly leases: string;
  /** Stream of what checkpoints and publications hold. */
  readonly blobs: string;
  blobSubject(owner: string, id: string): string;
  /** Stream of a partition's log, and its only subject. */
  log(partition: string): { readonly stream: string; readonly subject: string };
  /** Where a node takes pushes. */
  pushSubject(node: string): string;
}

/** @throws SyncError `invalid-config` for a name that no stream can have. */
export function clusterNames(cluster: string): ClusterNames {
  if (!NAME.test(cluster)) {
    const message = `The cluster is called ${cluster.slice(0, 64)}; expected ${String(NAME)}`;
    throw new SyncError('invalid-config', message, { field: 'cluster' });
  }
  const root = `omega.${cluster}`;
  return {
    cluster,
    state: `omega-${cluster}`,
    leases: `omega-${cluster}-leases`,
    blobs: `omega-${cluster}-blobs`,
    blobSubject: (owner, id) => `${root}.blob.${owner}.${id}`,
    log: (partition) => ({
      stream: `omega-${cluster}-log-${partition}`,
      subject: `${root}.log.${partition}`,
    }),
    pushSubject: (node) => `${root}.push.${node}`,
  };
}
