const HOUR_MS = 60 * 60 * 1000;
const HOURS = 24;

/** Counts what is written to flash: all of it, and that of the last 24 hours. */
export class FlashMeter {
  #total = 0;
  /** By the hour, counted from the first reading; of the last 24. */
  readonly #hours = new Map<number, number>();
  #firstMs: number | undefined;

  /** @param monotonicMs a clock that never jumps. */
  constructor(private readonly monotonicMs: () => number) {}

  /** @param totalBytes written since the store was opened. */
  read(totalBytes: number): void {
    const hour = this.#hour();
    const before = this.#hours.get(hour) ?? 0;
    this.#hours.set(hour, before + Math.max(0, totalBytes - this.#total));
    this.#total = totalBytes;
  }

  get totalBytes(): number {
    return this.#total;
  }

  get lastDayBytes(): number {
    this.#hour();
    return [...this.#hours.values()].reduce((sum, bytes) => sum + bytes, 0);
  }

  /** The hour that it is; those of more than a day ago are dropped. */
  #hour(): number {
    const nowMs = this.monotonicMs();
    this.#firstMs ??= nowMs;
    const hour = Math.floor((nowMs - this.#firstMs) / HOUR_MS);
    for (const one of this.#hours.keys()) if (one <= hour - HOURS) this.#hours.delete(one);
    return hour;
  }
}
