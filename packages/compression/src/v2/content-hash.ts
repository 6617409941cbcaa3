import { sha256 } from '@omega-tv/embedding-codec/coding';
import { toHex } from './bytes.js';

export const CONTENT_HASH_BYTES = 6;
const UNRESOLVED = /^#[0-9a-f]{12}$/;

/**
 * The first 48 bits of the SHA-256 of a content id's UTF-8, as hexadecimal digits: how trends name
 * titles on their way down. An id that is `#` and such digits stands for its hash.
 */
export function toContentHash(contentId: string): string {
  if (UNRESOLVED.test(contentId)) return contentId.slice(1);
  return toHex(sha256(new TextEncoder().encode(contentId)).subarray(0, CONTENT_HASH_BYTES));
}

/** A content id of which only the hash is known. */
export function unresolvedId(hash: string): string {
  return `#${hash}`;
}

/** What a TV knows of a title. */
export interface KnownTitle {
  readonly id: string;
  /** Where they are known, a trend of another genre is not this title's. */
  readonly genres?: readonly string[];
}

/** Titles by their hashes; undefined where several share one. */
export type TitleIndex = ReadonlyMap<string, KnownTitle | undefined>;

/** Hashing a large catalogue takes a second or two: once is enough. */
export function indexTitles(titles: Iterable<KnownTitle>): TitleIndex {
  const index = new Map<string, KnownTitle | undefined>();
  for (const title of titles) {
    const hash = toContentHash(title.id);
    index.set(hash, index.has(hash) && index.get(hash)?.id !== title.id ? undefined : title);
  }
  return index;
}

/**
 * Finds the ids behind hashes among the titles that a TV knows.
 * @param catalogue further titles that it knows.
 * @returns a function from a trend to its content id; `#` and the hash where no title, or more than
 * one, has the hash, or where the title's genres disagree.
 */
export function createContentResolver(
  titles: Iterable<KnownTitle>,
  catalogue: TitleIndex = new Map(),
): (trend: { readonly contentId: string; readonly genre: string }) => string {
  const known = indexTitles(titles);
  const find = (hash: string): KnownTitle | undefined => {
    if (!known.has(hash)) return catalogue.get(hash);
    const title = known.get(hash);
    const isShared = catalogue.has(hash) && catalogue.get(hash)?.id !== title?.id;
    return isShared ? undefined : title;
  };
  return ({ contentId, genre }) => {
    const hash = toContentHash(contentId);
    const title = find(hash);
    const agrees = title?.genres?.includes(genre) ?? true;
    return title !== undefined && agrees ? title.id : unresolvedId(hash);
  };
}
