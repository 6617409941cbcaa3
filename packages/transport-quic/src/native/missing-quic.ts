import type { SyncError } from '@omega-tv/types';
import { loadQuiche } from './load-quiche.js';

/** Why there is no QUIC on this machine; undefined where there is. */
export async function missingQuic(): Promise<string | undefined> {
  try {
    await loadQuiche();
    return undefined;
  } catch (error) {
    return (error as SyncError).message;
  }
}
