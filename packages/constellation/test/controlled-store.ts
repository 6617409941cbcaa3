import type { ConstellationStore } from '../src/index.js';

/** What happens to the next commits: one entry each; beyond the list all pass. */
export type Fate = 'pass' | 'fail' | 'hold';

/** A store whose disk obeys a test. */
export class ControlledStore implements ConstellationStore {
  readonly #inner: ConstellationStore;
  readonly #fates: Fate[] = [];
  #settle: ((fate: 'pass' | 'fail') => void) | undefined;
  commits = 0;
  readsFail = false;

  constructor(inner: ConstellationStore) {
    this.#inner = inner;
  }

  plan(...fates: readonly Fate[]): void {
    this.#fates.push(...fates);
  }

  /** True while a commit waits for `settle`. */
  get isHolding(): boolean {
    return this.#settle !== undefined;
  }

  settle(fate: 'pass' | 'fail'): void {
    this.#settle?.(fate);
    this.#settle = undefined;
  }

  async commit(change: Parameters<ConstellationStore['commit']>[0]): Promise<void> {
    this.commits += 1;
    let fate = this.#fates.shift() ?? 'pass';
    if (fate === 'hold') {
      fate = await new Promise<Fate>((resolve) => {
        this.#settle = resolve;
      });
    }
    if (fate === 'fail') throw new Error('no space left on device');
    await this.#inner.commit(change);
  }

  load() {
    return this.#read(() => this.#inner.load());
  }

  loadDevice(deviceKey: string) {
    return this.#read(() => this.#inner.loadDevice(deviceKey));
  }

  close(): Promise<void> {
    return this.#inner.close();
  }

  #read<Result>(read: () => Promise<Result>): Promise<Result> {
    return this.readsFail ? Promise.reject(new Error('input/output error')) : read();
  }
}
