import type { CohortKeys } from './cohort.js';
import type { FederationConfig } from './config.js';
import type { Genres } from './draft-clusters.js';
import type { Cluster } from './state.js';
import { weightAt } from './tally.js';

/** Of what may wait, the part that one device may be alone behind: it takes four to crowd. */
const OWN_PART = 1 / 4;

/** The device that asks for room. */
export interface Newcomer {
  readonly deviceId: string;
  readonly genre: string;
}

/** True once k devices have closed a cohort of it: fewer devices never displace such a cluster. */
export function isClosed({ tally }: Cluster): boolean {
  return tally.closed.weight > 0;
}

/**
 * The clusters that give way to a new one: none while there is room. A genre holds up to
 * `clustersPerGenre` clusters that have not closed; up to `maxGenres` genres have none that has.
 * Beyond that, or once the newcomer is alone behind a quarter of it, one such cluster of the genre
 * goes, or for a new genre all of one such genre.
 *
 * First goes what only the newcomer stands behind, so that one device displaces its own junk and
 * never another's twice; then what fewest devices stand behind; then the oldest.
 */
export function findEvicted(
  genres: Genres,
  { deviceId, genre }: Newcomer,
  known: Standings,
  { clustersPerGenre, maxGenres }: FederationConfig,
): readonly Cluster[] {
  const siblings = genres.get(genre);
  const waiting =
    siblings === undefined
      ? [...genres.values()].filter((group) => !group.some(isClosed))
      : siblings.filter((cluster) => !isClosed(cluster)).map((cluster) => [cluster]);
  const limit = siblings === undefined ? maxGenres : clustersPerGenre;
  const standings = waiting.map((group) => known.of(group, deviceId)).sort(compare);
  const own = standings.filter(({ isOwn }) => isOwn).length;
  if (standings.length < limit && own < limit * OWN_PART) return [];
  return standings[0]?.group ?? [];
}

/**
 * What gives way where `newcomer` has just closed its first cohort and its genre has one closed cluster
 * too many, or there is one such genre too many: the lightest of the others, then what closed a cohort
 * longest ago. So k devices can fill a genre, or all genres, but not for longer than more stand behind
 * others.
 * @param step decay step that weights are compared at.
 */
export function findOutweighed(
  genres: Genres,
  newcomer: Pick<Cluster, 'id' | 'genre'>,
  step: number,
  { maxGenres, clustersPerGenre }: FederationConfig,
): readonly Cluster[] {
  const closed = [...genres].filter(([, group]) => group.some(isClosed));
  const siblings = (genres.get(newcomer.genre) ?? []).filter(isClosed);
  const others = siblings.filter(({ id }) => id !== newcomer.id).map((cluster) => [cluster]);
  const groups = closed.filter(([name]) => name !== newcomer.genre).map(([, group]) => group);
  return [
    ...(siblings.length > clustersPerGenre ? lightestOf(others, step) : []),
    ...(closed.length > maxGenres ? lightestOf(groups, step) : []),
  ];
}

function lightestOf(groups: readonly (readonly Cluster[])[], step: number): readonly Cluster[] {
  const [lightest] = groups
    .map((group) => ({
      group,
      weight: weightOf(group, step),
      lastClosedMs: group.reduce((last, { tally }) => Math.max(last, tally.closed.lastClosedMs), 0),
      id: firstIdOf(group),
    }))
    .sort(
      (a, b) => a.weight - b.weight || a.lastClosedMs - b.lastClosedMs || (a.id < b.id ? -1 : 1),
    );
  return lightest?.group ?? [];
}

/** Summed in the order of ids: another order is another sum. */
function weightOf(group: readonly Cluster[], step: number): number {
  const ordered = [...group].sort((a, b) => (a.id < b.id ? -1 : 1));
  return ordered.reduce((sum, { tally }) => sum + weightAt(tally, step), 0);
}

/** Ties go by ids, not by the order in which a store gave the records back. */
function firstIdOf(group: readonly Cluster[]): string {
  return group.reduce((first, { id }) => (id < first ? id : first), group[0]?.id ?? '');
}

/** What speaks for a group of clusters that have not closed. */
interface Standing {
  readonly group: readonly Cluster[];
  readonly isOwn: boolean;
  /** Of its largest cohort: devices cannot be told apart across keys. */
  readonly devices: number;
  readonly openedAtMs: number;
  readonly id: string;
}

/** What is known of groups until they change: a delta of many genres asks for the same ones again and again. */
export class Standings {
  readonly #keys: CohortKeys;
  #known = new WeakMap<readonly Cluster[], Standing>();
  /** Whom they are known for. */
  #deviceId: string | undefined;

  constructor(keys: CohortKeys) {
    this.#keys = keys;
  }

  /** @param group is never changed: one that did is another array. */
  of(group: readonly Cluster[], deviceId: string): Standing {
    if (deviceId !== this.#deviceId) this.#known = new WeakMap();
    this.#deviceId = deviceId;
    const standing = this.#known.get(group) ?? toStanding(group, deviceId, this.#keys);
    this.#known.set(group, standing);
    return standing;
  }
}

function toStanding(group: readonly Cluster[], deviceId: string, keys: CohortKeys): Standing {
  const cohorts = group.flatMap(({ tally }) => tally.open);
  return {
    group,
    isOwn: cohorts.every(
      ({ key, devices }) => devices.size === 1 && devices.has(keys.tagDevice(key, deviceId)),
    ),
    devices: cohorts.reduce((most, { devices }) => Math.max(most, devices.size), 0),
    openedAtMs: cohorts.reduce((first, cohort) => Math.min(first, cohort.openedAtMs), Infinity),
    id: firstIdOf(group),
  };
}

function compare(a: Standing, b: Standing): number {
  if (a.isOwn !== b.isOwn) return a.isOwn ? -1 : 1;
  return a.devices - b.devices || a.openedAtMs - b.openedAtMs || (a.id < b.id ? -1 : 1);
}
