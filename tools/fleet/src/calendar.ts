/** What is due in which second. Each thing has one date; a later call moves it. */
export class Calendar {
  readonly #seconds: (number[] | undefined)[];
  readonly #dueS: Float64Array;

  /** @param things numbered from 0. @param endS what is due then or later never comes. */
  constructor(things: number, endS: number) {
    this.#dueS = new Float64Array(things).fill(Infinity);
    this.#seconds = new Array<number[] | undefined>(endS);
  }

  /** @param atS seconds, fractions allowed. */
  set(thing: number, atS: number): void {
    this.#dueS[thing] = atS;
    const second = Math.floor(atS);
    if (second >= this.#seconds.length) return;
    const there = this.#seconds[second];
    if (there === undefined) this.#seconds[second] = [thing];
    else there.push(thing);
  }

  cancel(thing: number): void {
    this.#dueS[thing] = Infinity;
  }

  /** Does what is due within a second, things of that second added meanwhile included. */
  take(second: number, work: (thing: number, atS: number) => void): void {
    const there = this.#seconds[second];
    if (there === undefined) return;
    for (const thing of there) {
      const dueS = this.#dueS[thing] ?? Infinity;
      // It was moved, or is done already.
      if (Math.floor(dueS) !== second) continue;
      this.#dueS[thing] = Infinity;
      work(thing, dueS);
    }
    this.#seconds[second] = undefined;
  }
}
