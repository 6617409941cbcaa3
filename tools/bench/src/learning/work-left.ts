/** Where long work in several threads stands. */
export class WorkLeft {
  #done = 0;
  readonly #running = new Map<object, { readonly cost: number; part: number }>();

  /** @param total costs of all orders, in any unit. */
  constructor(
    private readonly total: number,
    private readonly elapsedMs: () => number,
  ) {}

  begin(order: object, cost: number): void {
    this.#running.set(order, { cost, part: 0 });
  }

  /** @param part 0 to 1. */
  reach(order: object, part: number): void {
    const running = this.#running.get(order);
    if (running !== undefined) running.part = part;
  }

  end(order: object): void {
    this.#done += this.#running.get(order)?.cost ?? 0;
    this.#running.delete(order);
  }

  /** 0 to 1. */
  get share(): number {
    let done = this.#done;
    for (const { cost, part } of this.#running.values()) done += cost * part;
    return Math.min(1, done / this.total);
  }

  /** Such as "34 % done, about 3 min left". */
  toString(): string {
    const { share } = this;
    const percent = `${Math.floor(100 * share)} % done`;
    if (share < 0.01) return percent;
    const leftMs = (this.elapsedMs() / share) * (1 - share);
    const minutes = Math.ceil(leftMs / 60_000);
    return `${percent}, about ${minutes} min left`;
  }
}
