import { Type, type Static } from 'typebox';
import type { SnapshotReference } from '@omega-tv/types';

/**
 * Version of this contract. A change of a schema, path or header that an older side would not
 * understand raises the first number; a test holds the hash of all schemas against it.
 */
export const CONTRACT_VERSION = '2.0.0';

/** Paths of the routes, below the base URL. */
export const PATHS = {
  sync: '/api/v1/sync',
  health: '/api/v1/health',
  version: '/api/v1/sync/version',
  snapshots: '/api/v1/snapshots',
  openApi: '/api/v1/openapi.json',
} as const;

/**
 * Where a published version can be fetched, for ever the same bytes.
 * @param base the version that the TV holds: a diff to it may come instead of the whole.
 */
export function snapshotPath(
  { stream, version }: Pick<SnapshotReference, 'stream' | 'version'>,
  base?: Pick<SnapshotReference, 'version'>,
): string {
  const query = base === undefined ? '' : `?base=${base.version}`;
  return `${PATHS.snapshots}/${encodeURIComponent(stream)}/${version}${query}`;
}

/** Request headers; what they say of the delta stands in the body too, which decides. */
export const HEADERS = {
  deviceId: 'X-Device-ID',
  syncVersion: 'X-Sync-Version',
  /** `return=minimal` asks for the receipt without a snapshot (RFC 7240). */
  prefer: 'Prefer',
  /** W3C Trace Context, passed on as it is. */
  traceParent: 'traceparent',
  /** In answers of a server that reads frames. */
  acceptPost: 'Accept-Post',
} as const;

/** The value of `Prefer` that asks for the receipt alone. */
export const PREFER_MINIMAL = 'return=minimal';

/** Answer of `GET /api/v1/health`. */
export const HealthSchema = Type.Object({ status: Type.Literal('ok') });

/** Answer of `GET /api/v1/sync/version`. */
export const VersionSchema = Type.Object({ version: Type.Integer({ minimum: 0 }) });

export type VersionAnswer = Static<typeof VersionSchema>;

/** How long a request may take from its first byte to its last. */
export const DEFAULT_TIMEOUT_MS = 30_000;

/** Largest health, version or problem answer that is read. Bytes. */
export const MAX_JSON_ANSWER_BYTES = 16 * 1024;
