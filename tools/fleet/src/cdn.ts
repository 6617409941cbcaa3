/** A region's caches: each place keeps what it has been asked for once. */
export class Cdn {
  /** Share of the places that have an object, by what it makes of what. */
  #held = new Map<number, number>();

  constructor(private readonly places: number) {}

  /**
   * `count` TVs fetch the frame that makes `version` from a base so many versions older.
   * @returns how often the origin is asked: once for each place that lacked it.
   */
  fetch(version: number, behind: number, count: number): number {
    const key = version * KEPT_VERSIONS + Math.min(behind, KEPT_VERSIONS - 1);
    const held = this.#held.get(key) ?? 0;
    // Each of `count` TVs comes to one of the places by chance: so many of those that lack it are met.
    const added = (1 - held) * (1 - (1 - 1 / this.places) ** count);
    this.#held.set(key, held + added);
    return added * this.places;
  }

  flush(): void {
    this.#held.clear();
  }

  /** Forgets what nobody asks for any more. */
  drop(beforeVersion: number): void {
    for (const key of this.#held.keys()) {
      if (key < beforeVersion * KEPT_VERSIONS) this.#held.delete(key);
    }
  }
}

/** Versions that a server keeps as bases; what is older is sent whole. */
export const KEPT_VERSIONS = 64;
