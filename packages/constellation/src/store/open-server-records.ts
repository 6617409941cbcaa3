import { CorruptStoreError, type DurableRecords } from '@omega-tv/level';
import { openRecords } from '@omega-tv/level/node';
import { isSyncError, SyncError } from '@omega-tv/types';
import { storeLayout } from './records.js';

export interface LevelConstellationStoreOptions {
  readonly directory: string;
  /** Default: true. */
  readonly createIfMissing?: boolean;
}

/** @throws SyncError `invalid-config` when the folder is missing, in use, or not readable as a store. */
export async function openServerRecords(
  options: LevelConstellationStoreOptions,
): Promise<DurableRecords> {
  try {
    return await openRecords({ ...storeLayout, ...options, lostWrites: 'refuse' });
  } catch (error) {
    throw toOpenError(options.directory, error);
  }
}

/** Runs `work` on the store of a server that is stopped. @throws SyncError as `openServerRecords`. */
export async function withServerRecords<Result>(
  directory: string,
  work: (records: DurableRecords) => Promise<Result>,
): Promise<Result> {
  const records = await openServerRecords({ directory, createIfMissing: false });
  try {
    return await work(records);
  } catch (error) {
    throw error instanceof CorruptStoreError ? toOpenError(directory, error) : error;
  } finally {
    await records.close();
  }
}

export function toOpenError(directory: string, error: unknown): SyncError<'invalid-config'> {
  if (isSyncError(error, 'invalid-config')) return error;
  const cause =
    error instanceof Error && !(error instanceof CorruptStoreError) ? error.cause : error;
  const reason = cause instanceof Error ? cause.message : String(cause ?? error);
  return new SyncError(
    'invalid-config',
    `The store ${directory} cannot be opened (${reason}); restore it, or choose another folder`,
    { field: 'directory' },
    { cause: error },
  );
}

/** For a folder whose store no server has written to. */
export function neverUsed(directory: string): SyncError<'invalid-config'> {
  const message = `The store ${directory} is empty; no server ever ran on it`;
  return new SyncError('invalid-config', message, { field: 'directory' });
}
