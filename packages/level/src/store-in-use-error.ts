import { SyncError } from '@omega-tv/types';

/** Somebody else has the store open: another process, or another page of the origin. */
export class StoreInUseError extends SyncError<'invalid-config'> {
  constructor(message: string, field: string, options?: ErrorOptions) {
    super('invalid-config', message, { field }, options);
  }
}
