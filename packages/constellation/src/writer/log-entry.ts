import type { StoredTitles } from '@omega-tv/compression';
import type { GlobalPatterns, SyncDelta } from '@omega-tv/types';
import type { FoldSettings } from './fold-settings.js';
import type { Lesson } from './learn-delta.js';

/** A delta on its way into the state, with all that its fold needs to come out the same again. */
export interface DeltaEntry {
  readonly kind: 'delta';
  /** When it was received, by the server's clock (Unix ms). */
  readonly atMs: number;
  readonly deviceKey: string;
  /** False: it is marked and counted, and joins no cohort. */
  readonly contributes: boolean;
  /** Decoded; without the embeddings of what counts nothing. */
  readonly delta: SyncDelta;
  /** True where it is refused for good, and takes its place all the same. */
  readonly isRefused: boolean;
  /** The keys of cohorts that it opened, in their order. */
  readonly drawnKeys: readonly string[];
  /** What of it is learned, where that happens elsewhere. */
  readonly lesson?: Lesson;
}

/** What another partition's log holds from one entry to another was learned. */
export interface MergedEntry {
  readonly kind: 'merged';
  readonly partition: string;
  /** Sequences in that log: the first is behind it, the last is in it. */
  readonly after: number;
  readonly through: number;
  /** As of a delta. */
  readonly drawnKeys: readonly string[];
}

/** What a publication found, to be adopted as it is: nothing of it is computed again. */
export interface PublishedEntry {
  readonly kind: 'published';
  readonly globals?: GlobalPatterns;
  readonly titles?: StoredTitles;
  /** The frame of the version, and the versions that go. */
  readonly snapshot?: {
    readonly version: number;
    readonly frame: Uint8Array;
    readonly expired: readonly number[];
  };
}

/** One step of a partition: whatever changes its state stands in its log. */
export type LogEntry =
  | DeltaEntry
  | PublishedEntry
  | MergedEntry
  | { readonly kind: 'settings'; readonly settings: FoldSettings }
  /** Requests were refused that left no other trace; one, where no count is given. */
  | { readonly kind: 'refused'; readonly count?: number }
  /** What expired was forgotten, and clusters that came close were merged. */
  | { readonly kind: 'tidied'; readonly atMs: number }
  | { readonly kind: 'forgotten'; readonly deviceKeys: readonly string[] }
  | ExpiredEntry;

/** Devices that have not pushed for long are looked at once more, and forgotten. */
export interface ExpiredEntry {
  readonly kind: 'expired';
  /** See `deviceIdOf`. */
  readonly deviceIds: readonly string[];
  /** Days since 1970: who pushed last before the first is forgotten; the other is today. */
  readonly beforeDay: number;
  readonly today: number;
}
