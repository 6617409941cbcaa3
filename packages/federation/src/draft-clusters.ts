import { copyOf, type MutableMap } from './copy-on-write-map.js';
import type { Cluster } from './state.js';

/** The clusters of each genre. */
export type Genres = ReadonlyMap<string, readonly Cluster[]>;

/** A state's clusters on their way, by genre as well: looking through all costs once a delta, not once a pattern. */
export class DraftClusters {
  /** The state before stays as it is. */
  readonly all: MutableMap<string, Cluster>;
  #genres: Map<string, readonly Cluster[]> | undefined;

  constructor(before: ReadonlyMap<string, Cluster>) {
    this.all = copyOf(before);
  }

  get genres(): Genres {
    this.#genres ??= groupByGenre(this.all.values());
    return this.#genres;
  }

  set(id: string, cluster: Cluster): void {
    const group = this.genres.get(cluster.genre) ?? [];
    const isNew = !this.all.has(id);
    const next = isNew ? [...group, cluster] : group.map((one) => (one.id === id ? cluster : one));
    this.all.set(id, cluster);
    this.#genres?.set(cluster.genre, next);
  }

  delete({ id, genre }: Cluster): void {
    const left = (this.genres.get(genre) ?? []).filter((one) => one.id !== id);
    this.all.delete(id);
    if (left.length > 0) this.#genres?.set(genre, left);
    else this.#genres?.delete(genre);
  }
}

function groupByGenre(clusters: Iterable<Cluster>): Map<string, readonly Cluster[]> {
  const genres = new Map<string, Cluster[]>();
  for (const cluster of clusters) {
    const group = genres.get(cluster.genre);
    if (group === undefined) genres.set(cluster.genre, [cluster]);
    else group.push(cluster);
  }
  return genres;
}
