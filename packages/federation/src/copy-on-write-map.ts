import { hashText } from './hash-text.js';

/** A change copies one of so many parts of a map, a fork the list of them. */
const BUCKETS = 256;

/** What folds do with a map that they made for themselves. */
export type MutableMap<Key, Value> = ReadonlyMap<Key, Value> &
  Pick<Map<Key, Value>, 'delete'> & { set(key: Key, value: Value): unknown };

/**
 * A map that forks at little cost, however much it holds: forks share the parts that neither has
 * changed since. Folds take thousands of steps of one entry each, and leave the map before as it is.
 * In no order that says anything; a structured clone holds nothing of it.
 * @example
 * ```ts
 * import { CopyOnWriteMap } from '@omega-tv/federation';
 *
 * const before = new CopyOnWriteMap([['drama-1', 3]]);
 * const after = before.fork();
 * after.set('drama-2', 5);
 * console.log(before.size, [...after.values()].sort()); // => 1 [ 3, 5 ]
 * ```
 */
export class CopyOnWriteMap<Key extends string, Value> implements ReadonlyMap<Key, Value> {
  #buckets: (Map<Key, Value> | undefined)[];
  /** 1 where no fork shares the bucket. */
  readonly #owned = new Uint8Array(BUCKETS);
  #size = 0;

  constructor(entries: Iterable<readonly [Key, Value]> = []) {
    this.#buckets = new Array<undefined>(BUCKETS).fill(undefined);
    for (const [key, value] of entries) this.set(key, value);
  }

  get size(): number {
    return this.#size;
  }

  /** The same entries; what is changed here or there from now on, the other does not see. */
  fork(): CopyOnWriteMap<Key, Value> {
    const fork = new CopyOnWriteMap<Key, Value>();
    fork.#buckets = [...this.#buckets];
    fork.#size = this.#size;
    this.#owned.fill(0);
    return fork;
  }

  get(key: Key): Value | undefined {
    return this.#buckets[bucketOf(key)]?.get(key);
  }

  has(key: Key): boolean {
    return this.#buckets[bucketOf(key)]?.has(key) === true;
  }

  set(key: Key, value: Value): this {
    const bucket = this.#own(bucketOf(key));
    this.#size -= bucket.size;
    bucket.set(key, value);
    this.#size += bucket.size;
    return this;
  }

  delete(key: Key): boolean {
    if (!this.has(key)) return false;
    this.#size -= 1;
    return this.#own(bucketOf(key)).delete(key);
  }

  *entries(): Generator<[Key, Value], undefined> {
    for (const bucket of this.#buckets) if (bucket !== undefined) yield* bucket;
    return undefined;
  }

  *keys(): Generator<Key, undefined> {
    for (const [key] of this.entries()) yield key;
    return undefined;
  }

  *values(): Generator<Value, undefined> {
    for (const [, value] of this.entries()) yield value;
    return undefined;
  }

  [Symbol.iterator](): Generator<[Key, Value], undefined> {
    return this.entries();
  }

  forEach(visit: (value: Value, key: Key, map: ReadonlyMap<Key, Value>) => void): void {
    for (const [key, value] of this.entries()) visit(value, key, this);
  }

  #own(index: number): Map<Key, Value> {
    const shared = this.#buckets[index];
    if (shared !== undefined && this.#owned[index] === 1) return shared;
    const own = new Map(shared);
    this.#buckets[index] = own;
    this.#owned[index] = 1;
    return own;
  }
}

/** A copy to be changed: a fork, where the map can. */
export function copyOf<Key extends string, Value>(
  map: ReadonlyMap<Key, Value>,
): MutableMap<Key, Value> {
  return map instanceof CopyOnWriteMap ? (map as CopyOnWriteMap<Key, Value>).fork() : new Map(map);
}

function bucketOf(key: string): number {
  return hashText(key) % BUCKETS;
}
