type Interval = readonly [fromMs: number, toMs: number];
export type Direction = 'up' | 'down';

/**
 * How long packets were on their way, by the clock of `performance.now`: what the network takes of an
 * exchange, whatever both ends compute meanwhile. A lost one counts until the next comes that way, which
 * repeats it.
 */
export class Transit {
  #intervals: Interval[] = [];
  readonly #lostMs = new Map<Direction, number>();

  /** A packet that arrives. */
  carried(direction: Direction, fromMs: number, toMs: number): void {
    this.#intervals.push([this.#since(direction, fromMs), toMs]);
    this.#lostMs.delete(direction);
  }

  /** A packet that does not. */
  lost(direction: Direction, fromMs: number): void {
    this.#lostMs.set(direction, this.#since(direction, fromMs));
  }

  /** Forgets what went so far. */
  forget(): void {
    this.#intervals = [];
    this.#lostMs.clear();
  }

  /** Milliseconds between two instants in which at least one packet was on its way. */
  between(fromMs: number, toMs: number): number {
    const sorted = [...this.#intervals].sort(([a], [b]) => a - b);
    let totalMs = 0;
    let reachedMs = fromMs;
    for (const [beginMs, endMs] of sorted) {
      const end = Math.min(endMs, toMs);
      totalMs += Math.max(0, end - Math.max(beginMs, reachedMs));
      reachedMs = Math.max(reachedMs, end);
    }
    return totalMs;
  }

  #since(direction: Direction, fromMs: number): number {
    return this.#lostMs.get(direction) ?? fromMs;
  }
}
