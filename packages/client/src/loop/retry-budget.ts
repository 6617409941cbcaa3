/** How many retries there may be ahead of the interval. */
export interface RetryBudgetOptions {
  readonly retries: number;
  readonly perMs: number;
}

/**
 * A token bucket: retries that come sooner than an interval are taken from it, and it fills with the
 * time waited. It bounds what a network that comes and goes, or chance, can make of the backoff.
 */
export class RetryBudget {
  #left: number;

  constructor(private readonly options: RetryBudgetOptions) {
    this.#left = options.retries;
  }

  /** True where there was a retry left, which is then gone. */
  take(): boolean {
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }

  /** Time has been waited. */
  waited(ms: number): void {
    const { retries, perMs } = this.options;
    this.#left = Math.min(retries, this.#left + (ms * retries) / perMs);
  }
}
