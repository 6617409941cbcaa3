import { toTitleHash, type TitleList } from '@omega-tv/compression';
import type { Tally } from '@omega-tv/federation';
import type { GlobalPatterns, PatternData, TrendSignal } from '@omega-tv/types';
import type { SnapshotWindow } from '../../publish/snapshot-window.js';
import { settingsOf, type ServerState } from '../../writer/server-state.js';

/** What a server has published, and how much waits for more devices. It names no device. */
export interface Overview {
  /** Devices behind each published value, at least. */
  readonly minDevices: number;
  readonly cohorts: { readonly patterns: ItemCounts; readonly titles: ItemCounts };
  readonly published: PublishedOverview;
}

/** Clusters or titles, counted. */
export interface ItemCounts {
  /** Those with sums of at least one closed cohort. */
  readonly closed: number;
  /** Those that still wait for the first. */
  readonly waiting: number;
  /** Cohorts that are open, of either. */
  readonly openCohorts: number;
}

/** Plain JSON; all of it stands in published versions or in the published list of titles. */
export interface PublishedOverview {
  readonly version: number;
  readonly patterns: readonly PlacedPattern[];
  readonly trends: readonly TrendSignal[];
  /** Those that are kept, oldest first; bytes of a whole one. */
  readonly versions: readonly {
    readonly version: number;
    readonly timestamp: string;
    readonly bytes: number;
  }[];
  readonly titles: TitlesOverview;
}

export interface PlacedPattern {
  readonly id: string;
  readonly genre: string;
  readonly samples: number;
  readonly successRate: number;
  /** Along the two leading axes of the codebook's transform; absent where the server has none. */
  readonly place?: readonly [number, number];
}

export interface TitlesOverview {
  /** Of the list; 0 before the first. */
  readonly version: number;
  readonly count: number;
  /** Most completed first. Completions are 2^(countLevel / 4) - 1, as published. */
  readonly top: readonly { readonly contentId: string; readonly countLevel: number }[];
  readonly pieces: readonly {
    readonly index: number;
    readonly version: number;
    readonly titles: number;
  }[];
}

interface PublishedState {
  readonly state: ServerState;
  readonly titles: TitleList | undefined;
  readonly window: SnapshotWindow | undefined;
}

const TOP_TITLES = 20;

export function toOverview({ state, titles, window }: PublishedState): Overview {
  const { federation, learning } = state;
  const newest: GlobalPatterns = window?.newest ?? federation.published;
  const tallies = (records: ReadonlyMap<string, { readonly tally: Tally }>) =>
    Array.from(records.values(), ({ tally }) => tally);
  return {
    minDevices: settingsOf(state).federation.minDevices,
    cohorts: {
      patterns: countItems(tallies(federation.clusters)),
      titles: countItems(tallies(learning.titles)),
    },
    published: {
      version: newest.version,
      patterns: newest.patterns.map((pattern) => toPlaced(pattern, window)),
      trends: newest.trends,
      versions: (window?.kept ?? []).map(({ version, timestamp }) => ({
        version,
        timestamp,
        bytes: state.frames.get(version)?.length ?? 0,
      })),
      titles: titles === undefined ? NO_TITLES : toTitles(titles, state),
    },
  };
}

const NO_TITLES: TitlesOverview = { version: 0, count: 0, top: [], pieces: [] };

function isClosed({ closed }: Tally): boolean {
  return closed.vector.length > 0;
}

function countItems(tallies: readonly Tally[]): ItemCounts {
  const closed = tallies.filter(isClosed).length;
  const openCohorts = tallies.reduce((sum, { open }) => sum + open.length, 0);
  return { closed, waiting: tallies.length - closed, openCohorts };
}

function toPlaced(pattern: PatternData, window: SnapshotWindow | undefined): PlacedPattern {
  const { id, genre, sampleCount: samples, successRate, embedding } = pattern;
  const placed = { id, genre, samples, successRate };
  if (window === undefined) return placed;
  const { basis } = window.codecs.first.codebook;
  const along = (axis: number): number => {
    const row = axis * embedding.length;
    return embedding.reduce((sum, value, i) => sum + value * (basis[row + i] ?? 0), 0);
  };
  return { ...placed, place: [along(0), along(1)] };
}

/** A list never changes, and its ids take thousands of hashes. */
const known = new WeakMap<TitleList, TitlesOverview>();

function toTitles(list: TitleList, state: ServerState): TitlesOverview {
  const before = known.get(list);
  if (before !== undefined) return before;
  const pieces = Array.from(list.pieces.values());
  const listed = pieces.flatMap(({ titles }) => titles);
  const top = [...listed].sort((a, b) => b.countLevel - a.countLevel).slice(0, TOP_TITLES);
  const contentIds = contentIdsOf(new Set(top.map(({ hash }) => hash)), state);
  const overview = {
    version: list.version,
    count: listed.length,
    top: top.flatMap(({ hash, countLevel }) => {
      const contentId = contentIds.get(hash);
      return contentId === undefined ? [] : [{ contentId, countLevel }];
    }),
    pieces: pieces.map(({ index, version, titles }) => ({ index, version, titles: titles.length })),
  };
  known.set(list, overview);
  return overview;
}

/** A title that waits must not be named, though its hash should be that of one that is listed. */
function contentIdsOf(hashes: ReadonlySet<number>, { learning }: ServerState) {
  const found = new Map<number, string>();
  for (const { id, tally } of learning.titles.values()) {
    const hash = isClosed(tally) ? toTitleHash(id) : undefined;
    if (hash !== undefined && hashes.has(hash)) found.set(hash, id);
  }
  return found;
}
