import { Type, type Static } from 'typebox';

/** Paths of the v1 routes, below the base URL. */
export const PATHS = {
  sync: '/api/v1/sync',
  health: '/api/v1/health',
  version: '/api/v1/sync/version',
} as const;

/** Request headers; what they say stands in the body too, which decides. */
export const HEADERS = {
  deviceId: 'X-Device-ID',
  syncVersion: 'X-Sync-Version',
} as const;

/** Answer of `GET /api/v1/sync/version`. */
export const VersionSchema = Type.Object({ version: Type.Integer({ minimum: 0 }) });

export type VersionAnswer = Static<typeof VersionSchema>;

/** How long a request may take from its first byte to its last. */
export const DEFAULT_TIMEOUT_MS = 30_000;

/** Largest health, version or problem answer that is read. Bytes. */
export const MAX_JSON_ANSWER_BYTES = 16 * 1024;
