import type {
  ConstellationStore,
  LearningChange,
  StoreChange,
} from '../store/constellation-store.js';

/**
 * Group commit: changes that arrive while one is being written go to the disk together, so that
 * many requests share one wait for it.
 */
export class CommitQueue {
  readonly #store: ConstellationStore;
  #waiting: StoreChange | undefined;
  #writing: StoreChange | undefined;
  #next: Promise<void> | undefined;
  #current: Promise<void> = Promise.resolve();

  constructor(store: ConstellationStore) {
    this.#store = store;
  }

  /** Resolves when the change and all before it are durable; rejects when they are not. */
  add(change: StoreChange): Promise<void> {
    this.#waiting = this.#waiting === undefined ? change : merge(this.#waiting, change);
    this.#next ??= this.#current.then(() => this.#write());
    return this.#next;
  }

  /** The record of a device that is on its way to the disk. */
  recordOf(deviceKey: string) {
    return this.#waiting?.devices.get(deviceKey) ?? this.#writing?.devices.get(deviceKey);
  }

  /** Resolves when nothing is on its way, whether it arrived or not. */
  async settled(): Promise<void> {
    await (this.#next ?? this.#current).catch(() => undefined);
  }

  /** Forgets a failure, and what waited behind it: all of it was rejected. */
  reset(): void {
    this.#waiting = undefined;
    this.#next = undefined;
    this.#current = Promise.resolve();
  }

  async #write(): Promise<void> {
    const change = this.#waiting;
    if (change === undefined) return;
    this.#current = this.#next ?? this.#current;
    this.#next = undefined;
    this.#waiting = undefined;
    this.#writing = change;
    try {
      await this.#store.commit(change);
    } finally {
      this.#writing = undefined;
    }
  }
}

function merge(first: StoreChange, second: StoreChange): StoreChange {
  return {
    ...first,
    ...second,
    devices: new Map([...first.devices, ...second.devices]),
    clusters: new Map([...first.clusters, ...second.clusters]),
    trends: new Map([...first.trends, ...second.trends]),
    ...(first.learning && second.learning
      ? { learning: mergeLearning(first.learning, second.learning) }
      : {}),
  };
}

function mergeLearning(first: LearningChange, second: LearningChange): LearningChange {
  return {
    ...first,
    ...second,
    titles: new Map([...first.titles, ...second.titles]),
    shared: new Map([...first.shared, ...second.shared]),
  };
}
