import { GLOBAL_STREAM, isSyncError, monotonicMs } from '@omega-tv/types';
import {
  snapshotPath,
  type RequestOptions,
  type SyncAnswer,
  type SyncResult,
} from '@omega-tv/protocol';
import { frameOf } from './held-snapshot.js';
import { addResults, nothingMoved, snapshotFetched } from './results.js';
import type { Session } from './session.js';

/** A version as an answer names it; alone, where only its number was asked for. */
export interface NamedVersion {
  readonly version: number;
  readonly hash?: string;
}

export function namedBy({ current, result }: SyncAnswer): NamedVersion {
  return current ?? { version: result.globalVersion };
}

/** Brings a TV the global patterns that the server has. */
export class Fetcher {
  constructor(
    private readonly session: Session,
    /** True where snapshots come by version, from whatever cache stands in between. */
    private readonly isCached: boolean,
  ) {}

  /**
   * Fetches the server's global patterns where they are another version's. A lower one counts too:
   * the server may have been restored from a backup.
   * @param isTold whether an answer to a push has just said so: it carried the server's epoch.
   */
  async fetchOther(
    named: NamedVersion,
    isTold: boolean,
    options: RequestOptions,
  ): Promise<SyncResult> {
    const { held, link } = this.session;
    const { protocolVersion, decodeSnapshot } = link.format;
    if (named.version === held.version) return nothingMoved(held.version, protocolVersion);
    if (!this.isCached || decodeSnapshot === undefined) {
      return (await this.poll(options, false)).result;
    }
    if (isTold) return this.#fetchSnapshot(named, options);
    const polled = await this.poll(options, true);
    const { result } = polled;
    if (result.globalVersion === held.version) return result;
    return addResults(result, await this.#fetchSnapshot(namedBy(polled), options));
  }

  /** Pushes nothing: the answer says what there is, and brings it unless only that is asked for. */
  async poll(options: RequestOptions, minimal: boolean): Promise<SyncAnswer> {
    const { link, store } = this.session;
    const state = await store.loadSyncState();
    const answer = await link.exchange(link.pollOf(state), state, { ...options, minimal });
    await this.session.adopt(answer);
    return answer;
  }

  /** A cache may hold what a restored server no longer has: then the answer brings it. */
  async #fetchSnapshot(named: NamedVersion, options: RequestOptions): Promise<SyncResult> {
    const { version, hash } = named;
    const { link, held } = this.session;
    const startMs = monotonicMs(link.clock);
    try {
      const path = snapshotPath({ stream: GLOBAL_STREAM, version }, held.snapshot);
      const bytes = await link.protocol.getSnapshot(path, options);
      const globals = await this.#takeSnapshot(bytes, hash);
      if (globals !== undefined) {
        return snapshotFetched(globals, bytes.length, monotonicMs(link.clock) - startMs);
      }
      link.logger.warn({ version, hash }, 'the snapshot kept under its version is another one');
    } catch (error) {
      if (!isSyncError(error) || error.code === 'http') throw error;
      link.logger.warn({ err: error }, 'the snapshot cannot be had by its version');
    }
    return (await this.poll(options, false)).result;
  }

  /** Undefined where it is not the one that was named. */
  async #takeSnapshot(bytes: Uint8Array, hash: string | undefined) {
    const { store, held, link } = this.session;
    const read = link.format.decodeSnapshot?.(bytes, held.snapshot);
    if (read === undefined || (hash !== undefined && read.snapshot.hash !== hash)) return undefined;
    const { globals, snapshot } = read;
    const before = await store.loadSyncState();
    const state = {
      ...before,
      lastVersion: globals.version,
      snapshot: globals,
      ...frameOf(snapshot),
    };
    await this.session.save(before, state);
    held.follow(state, snapshot);
    return globals;
  }
}
