import type { EmbeddingCodec } from '@omega-tv/embedding-codec';
import {
  encodeSnapshotFrame,
  fromStoredTitles,
  publishSnapshot,
  publishTitles,
  toStoredTitles,
  type PublishSnapshotOptions,
  type StoredTitles,
  type TitleList,
  type WireFormat,
} from '@omega-tv/compression';
import {
  composeGlobals,
  publishTitleFactors,
  titleTrends,
  type FederationState,
  type LearningState,
} from '@omega-tv/federation';
import { isPublishedId, type GlobalPatterns } from '@omega-tv/types';
import type { NewVersion } from '../publish/published.js';
import type { FoldSettings } from '../writer/fold-settings.js';

/** What a publication is worked out from: plain data, so that another thread can do it. */
export interface PublicationJob {
  readonly atMs: number;
  readonly settings: FoldSettings;
  /** Tidied at `atMs`. */
  readonly federation: FederationState;
  readonly learning: LearningState;
  /** As published last. */
  readonly titles?: StoredTitles;
  /** Absent where the server speaks v1 only. */
  readonly snapshot?: PublishSnapshotOptions;
}

export interface PublicationResult {
  /** The next version; absent where nothing of it changed. */
  readonly version?: EncodedVersion;
  /** The next list of titles; absent where nothing of it changed. */
  readonly titles?: { readonly list: TitleList; readonly stored: StoredTitles };
}

/** A version in all forms that it is told in. */
export type EncodedVersion = Omit<NewVersion, 'snapshot'> & {
  readonly snapshot?: Omit<NonNullable<NewVersion['snapshot']>, 'expired'>;
};

export interface Encoders {
  /** Absent where the server speaks v1 only. */
  readonly codec: EmbeddingCodec | undefined;
  readonly format: WireFormat;
}

/** Publishes patterns, trends and titles from what closed cohorts say. Pure. */
export async function workOutPublication(
  job: PublicationJob,
  encoders: Encoders,
): Promise<PublicationResult> {
  const { atMs, settings, federation, learning } = job;
  const { factors } = publishTitleFactors(learning, atMs, settings.learning);
  const before = job.titles && fromStoredTitles(job.titles);
  const list = factors === null ? before : publishTitles(before, factors);
  const trends = titleTrends(learning);
  const globals = composeGlobals(federation, atMs, settings.federation, trends);
  return {
    ...(globals === null ? {} : { version: await encodeVersion(globals, job.snapshot, encoders) }),
    ...(list === undefined || list === before
      ? {}
      : { titles: { list, stored: toStoredTitles(list) } }),
  };
}

/** Makes the one content of a version, and the v1 answer that says the same as far as it has room. */
export async function encodeVersion(
  globals: GlobalPatterns,
  options: PublishSnapshotOptions | undefined,
  { codec, format }: Encoders,
): Promise<EncodedVersion> {
  const added = codec && options && publishSnapshot(codec, withoutTitles(globals), options);
  const patterns = added?.patterns ?? globals.patterns;
  const answer = (await format.encodeGlobalPatterns({ ...globals, patterns })).bytes;
  if (added === undefined) return { globals, answer };
  return { globals, answer, snapshot: { added, frame: encodeSnapshotFrame(added) } };
}

/** TVs that read frames get titles in pieces: trends of titles are for v1 alone. */
function withoutTitles(globals: GlobalPatterns): GlobalPatterns {
  return { ...globals, trends: globals.trends.filter(({ contentId }) => isPublishedId(contentId)) };
}
