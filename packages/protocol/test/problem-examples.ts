import { SyncError, type SyncErrorCode } from '@omega-tv/types';
import { problemFromError } from '../src/index.js';

/** One error of each code, with all its details. */
export const errorExamples: { readonly [Code in SyncErrorCode]: SyncError<Code> } = {
  serialization: new SyncError('serialization', 'no UTF-8', { path: 'timestamp' }),
  compression: new SyncError('compression', 'no zstd frame', {}),
  protocol: new SyncError('protocol', 'another media type', {}),
  'version-conflict': new SyncError('version-conflict', 'newer here', { local: 9, remote: 12 }),
  'compression-limit': new SyncError('compression-limit', 'large', { size: 3000, limit: 2048 }),
  'invalid-pattern': new SyncError('invalid-pattern', 'no samples', {
    path: 'patterns[0].sample_count',
    value: 0,
    limit: 'must be >= 1',
  }),
  http: new SyncError('http', 'busy', { reason: 'server-error', status: 503 }),
  'invalid-config': new SyncError('invalid-config', 'set up wrongly', { field: 'region' }),
};

/** The type and status of the problem that each code becomes. */
export const problemTypes = Object.fromEntries(
  Object.entries(errorExamples).map(([code, error]) => {
    const { type, status } = problemFromError(error);
    return [code, { type, status }] as const;
  }),
);
