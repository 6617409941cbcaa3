import type { Cluster } from './cluster.js';

/** Something that breaks, and is put right again. */
export interface Fault {
  readonly name: string;
  /** While TVs sync; what they learn after it is in no backup. */
  readonly prepare?: (cluster: Cluster) => Promise<void>;
  /** TVs sync right after it, and go on until `mend` is due. */
  readonly strike: (cluster: Cluster) => Promise<void>;
  readonly mend: (cluster: Cluster) => Promise<void>;
}

export const FAULTS: readonly Fault[] = [
  {
    name: 'nothing',
    strike: () => Promise.resolve(),
    mend: () => Promise.resolve(),
  },
  {
    name: 'an owner killed',
    strike: async ({ owners }) => owners[0]?.kill(),
    mend: async ({ owners }) => owners[0]?.start(),
  },
  {
    name: 'an owner frozen, past its lease',
    strike: ({ owners }) => {
      owners[1]?.signal('SIGSTOP');
      return Promise.resolve();
    },
    mend: ({ owners }) => {
      owners[1]?.signal('SIGCONT');
      return Promise.resolve();
    },
  },
  {
    name: 'an edge killed',
    strike: ({ edge }) => edge.kill(),
    mend: ({ edge }) => edge.start(),
  },
  {
    name: 'an edge frozen',
    strike: ({ edge }) => {
      edge.signal('SIGSTOP');
      return Promise.resolve();
    },
    mend: ({ edge }) => {
      edge.signal('SIGCONT');
      return Promise.resolve();
    },
  },
  {
    name: 'a NATS node killed',
    strike: async ({ nats }) => nats[0]?.kill(),
    mend: async ({ nats }) => nats[0]?.start(),
  },
  {
    name: 'a NATS node frozen',
    strike: ({ nats }) => {
      nats[1]?.signal('SIGSTOP');
      return Promise.resolve();
    },
    mend: ({ nats }) => {
      nats[1]?.signal('SIGCONT');
      return Promise.resolve();
    },
  },
  {
    name: 'a NATS node that lost its disk',
    strike: async (cluster) => {
      const node = cluster.nats[2];
      if (node === undefined) return;
      await node.kill();
      await cluster.emptyDisk(node);
    },
    mend: async ({ nats }) => nats[2]?.start(),
  },
  {
    name: 'all NATS nodes killed',
    strike: async ({ nats }) => {
      await Promise.all(nats.map((node) => node.kill()));
    },
    mend: async ({ nats }) => {
      await Promise.all(nats.map((node) => node.start()));
    },
  },
  {
    name: 'all NATS nodes frozen',
    strike: ({ nats }) => {
      for (const node of nats) node.signal('SIGSTOP');
      return Promise.resolve();
    },
    mend: ({ nats }) => {
      for (const node of nats) node.signal('SIGCONT');
      return Promise.resolve();
    },
  },
  {
    name: 'a NATS node slowed',
    strike: (cluster) => {
      cluster.slowDown(2);
      return Promise.resolve();
    },
    mend: (cluster) => {
      cluster.endSlowness();
      return Promise.resolve();
    },
  },
  {
    name: 'all lost, restored from a backup',
    prepare: (cluster) => cluster.backUp(),
    strike: () => Promise.resolve(),
    mend: (cluster) => cluster.loseAllAndRestore(),
  },
];
