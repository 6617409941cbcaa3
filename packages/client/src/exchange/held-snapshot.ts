import type { Logger } from '@omega-tv/types';
import {
  encodeSnapshotFrame,
  type ClientFormat,
  type Snapshot,
  type TitleHoldings,
} from '@omega-tv/compression';
import type { SyncState } from '../engine/state.js';

/** The snapshot that a TV holds: what is pushed is predicted from it, and diffs start there. */
export class HeldSnapshot {
  snapshot: Snapshot | undefined;
  /** Of the newest global patterns that arrived; 0 before the first. */
  version: number;
  /** What it holds of the list of titles: answers bring the rest. */
  holdings: TitleHoldings;
  /** The server that answered last; undefined before the first. */
  serverEpoch: string | undefined;

  constructor(state: SyncState, format: ClientFormat, logger: Logger) {
    this.version = state.lastVersion;
    this.holdings = state.holdings;
    this.serverEpoch = state.server?.epoch;
    this.snapshot = readFrame(state.frame, format, logger);
  }

  /** Follows a state that was written; `snapshot` is what its frame holds, where it has a new one. */
  follow(state: SyncState, snapshot: Snapshot | undefined): void {
    this.version = state.lastVersion;
    this.holdings = state.holdings;
    this.serverEpoch = state.server?.epoch;
    if (state.frame === undefined) this.snapshot = undefined;
    else if (snapshot !== undefined) this.snapshot = snapshot;
  }
}

/** The frame that a state keeps of a snapshot. */
export function frameOf(snapshot: Snapshot | undefined): { readonly frame?: Uint8Array } {
  return snapshot === undefined ? {} : { frame: encodeSnapshotFrame(snapshot) };
}

/** What a TV cannot read it does without. */
function readFrame(
  frame: Uint8Array | undefined,
  format: ClientFormat,
  logger: Logger,
): Snapshot | undefined {
  if (frame === undefined) return undefined;
  try {
    return format.decodeSnapshot?.(frame).snapshot;
  } catch (err) {
    logger.warn({ err }, 'the snapshot kept cannot be read; the next answer brings it anew');
    return undefined;
  }
}
