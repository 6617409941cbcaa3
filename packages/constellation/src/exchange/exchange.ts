import { isSyncError, type Clock, type SyncError, type SyncWindow } from '@omega-tv/types';
import type { WireFormat } from '@omega-tv/compression';
import type { CohortKeys } from '@omega-tv/federation';
import { ANYBODY, checkSpeaksFor, deviceKeyOf, type Caller } from '../auth/caller.js';
import type { Decision } from '../decision/decide.js';
import { decodeAhead, type ReceivedPush } from '../decision/decide-push.js';
import { REQUEST_LIMITS } from '../decision/request-limits.js';
import type { Published } from '../publish/published.js';
import type { SnapshotWindow } from '../publish/snapshot-window.js';
import { toServerEpoch } from '../secrets.js';
import type { Workers } from '../work/workers.js';
import { decideDelta } from '../writer/decide-delta.js';
import type { KnownDevice } from '../writer/apply-push.js';
import type { Partition } from '../writer/partition.js';
import type { Refusals } from '../writer/refusals.js';
import { answerPush, openPush, type FrameOptions, type OpenedPush } from './frame-exchange.js';

export interface ExchangeOptions {
  readonly partition: Partition;
  readonly refusals: Refusals;
  readonly published: Published;
  /** Absent where the server speaks v1 only. */
  readonly window: SnapshotWindow | undefined;
  readonly format: WireFormat;
  readonly syncWindow: SyncWindow;
  readonly keys: CohortKeys;
  readonly clock: Clock;
  readonly workers: Workers | undefined;
}

interface DecidedPush {
  readonly decision: Decision;
  readonly durable: Promise<void>;
  /** Why the delta counts nothing, ever. */
  readonly refusal?: SyncError;
}

/** A device as far as its push is decided. */
type Device = Pick<KnownDevice, 'key' | 'contributes'>;

/** Decides what TVs push, in both formats, and answers when it is durable. */
export class Exchange {
  readonly #options: ExchangeOptions;
  /** The store's epoch, and what receipts call it: the same for as long as the store is. */
  #epoch = { stored: '', told: '' };

  constructor(options: ExchangeOptions) {
    this.#options = options;
  }

  /** A v1 body, see `Constellation.sync`. */
  sync(body: Uint8Array, caller: Caller): Promise<Uint8Array> {
    const { format, partition, published } = this.#options;
    return this.#countingRefusals(async () => {
      const delta = await format.decodeDelta(body, REQUEST_LIMITS.maxPatterns);
      checkSpeaksFor(caller, delta.deviceId);
      const received = { outline: delta, decode: () => delta };
      const device = toDevice(caller, delta.deviceId);
      const { durable } = await partition.inTurn(() => this.#decide(received, device));
      await durable;
      return published.answer;
    });
  }

  /** A frame, see `Constellation.syncFrame`. */
  syncFrame(body: Uint8Array, options: FrameOptions): Promise<Uint8Array> {
    const { window, published, clock } = this.#options;
    const { caller = ANYBODY, syncWindow = this.#options.syncWindow } = options;
    if (window === undefined) throw new TypeError('This Constellation was opened without codecs.');
    return this.#countingRefusals(async () => {
      const push = openPush(window, body, published.version);
      checkSpeaksFor(caller, push.header.deviceId);
      const device = toDevice(caller, push.header.deviceId);
      const decided = await this.#decideInOrder(push, device);
      return answerPush(push, decided, {
        window,
        titles: published.titles,
        syncWindow,
        serverEpoch: this.#serverEpoch(),
        serverTimeMs: clock.nowMs(),
        isMinimal: options.minimal === true,
      });
    });
  }

  /**
   * Decides the deltas of a push up to the first that cannot be decided, or that brings more
   * patterns than a request may, and waits for the disk.
   * @throws SyncError where it is the first of all.
   */
  async #decideInOrder(
    { deltas, isBatch }: OpenedPush,
    device: Device,
  ): Promise<[Decision, ...Decision[]]> {
    const decided: DecidedPush[] = [];
    let failure: unknown;
    let patterns = 0;
    for (const open of deltas) {
      try {
        const received = open();
        patterns += received.outline.patterns.length;
        if (patterns > REQUEST_LIMITS.maxPatterns && decided.length > 0) break;
        const ready = await this.#decodeAhead(received, device);
        const last = await this.#options.partition.inTurn(() => this.#decide(ready, device));
        // Waited for below; one that fails in the meantime must not go unhandled.
        last.durable.catch(() => undefined);
        decided.push(last);
        if (!last.decision.isDecided) break;
      } catch (error) {
        failure = error;
        break;
      }
    }
    await Promise.all(decided.map(({ durable }) => durable));
    const [first, ...others] = decided;
    if (first === undefined || (failure !== undefined && !isSyncError(failure))) throw failure;
    if (!isBatch && first.refusal !== undefined) throw first.refusal;
    // In a batch they stand in receipts, and nothing is thrown.
    for (const { refusal } of decided) if (refusal !== undefined) this.#options.refusals.count();
    return [first.decision, ...others.map(({ decision }) => decision)];
  }

  async #decodeAhead(received: ReceivedPush, { key }: Device): Promise<ReceivedPush> {
    const { workers, partition } = this.#options;
    if (workers === undefined || received.decodeOn === undefined) return received;
    return decodeAhead(await partition.deviceOf(key), received, partition.state.epoch, workers);
  }

  async #decide(received: ReceivedPush, device: Device): Promise<DecidedPush> {
    const { partition, keys, clock } = this.#options;
    const known = { ...device, record: await partition.deviceOf(device.key) };
    const nowMs = (): number => clock.nowMs();
    const { entry, applied } = decideDelta(partition.state, known, received, { keys, nowMs });
    return { ...applied, durable: partition.append(entry, applied) };
  }

  #serverEpoch(): string {
    const stored = this.#options.partition.state.epoch;
    if (this.#epoch.stored !== stored) this.#epoch = { stored, told: toServerEpoch(stored) };
    return this.#epoch.told;
  }

  async #countingRefusals(work: () => Promise<Uint8Array>): Promise<Uint8Array> {
    try {
      return await work();
    } catch (error) {
      // A base that is not known is no fault: the delta comes again without it.
      const isCounted = isSyncError(error) && !['http', 'version-conflict'].includes(error.code);
      if (isCounted) this.#options.refusals.count();
      throw error;
    }
  }
}

function toDevice(caller: Caller, deviceId: string): Device {
  return { key: deviceKeyOf(caller, deviceId), contributes: caller.contributes };
}
