import type { CheckpointStore, ConstellationStore, DeltaLog } from '../src/index.js';

/** What happens to the next appends: one entry each; beyond the list all pass. */
export type Fate = 'pass' | 'fail' | 'hold' | 'unknown';

/** A store whose disk obeys a test. `unknown`: the append is refused, and happens all the same. */
export class ControlledStore implements ConstellationStore {
  readonly #inner: ConstellationStore;
  readonly #fates: Fate[] = [];
  #settle: ((fate: 'pass' | 'fail') => void) | undefined;
  /** Of entries, together. */
  appends = 0;
  saves = 0;
  loads = 0;
  readsFail = false;
  savesFail = false;

  readonly #isExclusive: boolean;

  constructor(inner: ConstellationStore, { isExclusive = true } = {}) {
    this.#isExclusive = isExclusive;
    this.#inner = inner;
  }

  plan(...fates: readonly Fate[]): void {
    this.#fates.push(...fates);
  }

  /** True while an append waits for `settle`. */
  get isHolding(): boolean {
    return this.#settle !== undefined;
  }

  settle(fate: 'pass' | 'fail'): void {
    this.#settle?.(fate);
    this.#settle = undefined;
  }

  get log(): DeltaLog {
    const { log } = this.#inner;
    return {
      isExclusive: this.#isExclusive,
      lastSequence: () => this.#read(() => log.lastSequence()),
      append: (entries, expectedLast) => this.#append(() => log.append(entries, expectedLast)),
      read: (after) => log.read(after),
      truncate: (through) => log.truncate(through),
    };
  }

  get checkpoints(): CheckpointStore {
    const { checkpoints } = this.#inner;
    return {
      load: () => {
        this.loads += 1;
        return this.#read(() => checkpoints.load());
      },
      loadDevice: (deviceKey) => this.#read(() => checkpoints.loadDevice(deviceKey)),
      listDevices: (after, limit) => this.#read(() => checkpoints.listDevices(after, limit)),
      save: (change) => {
        this.saves += 1;
        if (this.savesFail) return Promise.reject(new Error('no space left on device'));
        return checkpoints.save(change);
      },
    };
  }

  compact(): Promise<void> {
    return this.#inner.compact();
  }

  close(): Promise<void> {
    return this.#inner.close();
  }

  async #append(append: () => Promise<void>): Promise<void> {
    this.appends += 1;
    let fate = this.#fates.shift() ?? 'pass';
    if (fate === 'hold') {
      fate = await new Promise<Fate>((resolve) => {
        this.#settle = resolve;
      });
    }
    if (fate === 'pass' || fate === 'unknown') await append();
    if (fate !== 'pass') throw new Error('no space left on device');
  }

  #read<Result>(read: () => Promise<Result>): Promise<Result> {
    return this.readsFail ? Promise.reject(new Error('input/output error')) : read();
  }
}
