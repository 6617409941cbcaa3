import {
  isPublishedId,
  meetsSyncThreshold,
  silentLogger,
  systemClock,
  MAX_INTEGER,
  type Capability,
  type Clock,
  type DeltaPosition,
  type Logger,
  type SyncDelta,
} from '@omega-tv/types';
import {
  heldTitles,
  type ClientFormat,
  type EncodedDelta,
  type PushContext,
} from '@omega-tv/compression';
import {
  ConstellationProtocol,
  createHttpTransport,
  type RequestOptions,
  type SyncAnswer,
} from '@omega-tv/protocol';
import { TierChoice } from '../choose/tier.js';
import { engagementsOf } from '../engine/reports.js';
import type { CompletionReport, OutboxItem, SyncState } from '../engine/state.js';
import type { SyncClientOptions } from '../sync-client-options.js';
import type { HeldSnapshot } from './held-snapshot.js';

/** What this release reads of answers; it asks for no more where positions do not count. */
const READS: readonly Capability[] = ['batches', 'titles'];

export interface ExchangeOptions extends RequestOptions {
  /** Asks for the receipt alone. */
  readonly minimal: boolean;
  /** The message, where it was made already. */
  readonly encoded?: EncodedDelta;
}

/** One TV's line to its server: says what the TV holds, and learns how much it may say. */
export class Link {
  readonly protocol: ConstellationProtocol;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly #deviceId: string;
  readonly #held: HeldSnapshot;
  readonly #tiers: TierChoice;

  constructor(options: SyncClientOptions, baseUrl: string, held: HeldSnapshot) {
    const { clock = systemClock, format, fallback, timeoutMs, logger = silentLogger } = options;
    this.clock = clock;
    this.logger = logger;
    this.#deviceId = options.deviceId;
    this.#held = held;
    this.#tiers = new TierChoice(options.budget);
    this.protocol = new ConstellationProtocol({
      transport: options.transport ?? createHttpTransport({ baseUrl, ...secretsOf(options) }),
      format,
      clock,
      logger,
      ...(fallback === undefined ? {} : { fallback }),
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    });
  }

  /** How deltas become bytes just now. */
  get format(): ClientFormat {
    return this.protocol.format;
  }

  /** What a delta may be coded against, and how large it may be. */
  context(): PushContext & { readonly tierReason: string } {
    const { tier, reason } = this.#tiers.choose();
    const { snapshot } = this.#held;
    return { tier, tierReason: reason, ...(snapshot === undefined ? {} : { base: snapshot }) };
  }

  /** A delta of those patterns that are good enough to leave the TV, and not published ones. */
  deltaOfGood(patterns: SyncDelta['patterns']): SyncDelta {
    const good = patterns.filter((one) => meetsSyncThreshold(one) && !isPublishedId(one.id));
    const { capabilities: _, ...delta } = this.delta(good);
    return delta;
  }

  /** A delta that says these patterns and nothing of its place. */
  delta(patterns: SyncDelta['patterns']): SyncDelta {
    return {
      deviceId: this.#deviceId,
      patterns,
      version: Math.min(this.#held.version + 1, MAX_INTEGER),
      timestamp: toTimestamp(this.clock.nowMs()),
      ...(this.format.protocolVersion === 1 ? {} : this.#told()),
    };
  }

  /** What this TV reads, and what it holds. */
  #told(): Pick<SyncDelta, 'capabilities' | 'heldTitles'> {
    const held = heldTitles(this.#held.holdings);
    return { capabilities: READS, ...(held === undefined ? {} : { heldTitles: held }) };
  }

  /**
   * A delta without patterns. It names the place that was acknowledged last, so that the answer says
   * where this TV stands there, though a copy of it may have opened other epochs since.
   */
  pollOf({ kept }: SyncState): SyncDelta {
    const delta = this.delta([]);
    const newest = kept[kept.length - 1]?.position;
    if (newest === undefined || this.format.protocolVersion === 1) return delta;
    return { ...delta, position: newest, capabilities: ['positions', ...READS] };
  }

  /** A begun push as it goes out. */
  deltaOf({ position, countsBy, patterns, report }: OutboxItem): SyncDelta {
    const delta = { ...this.delta(patterns), ...(report === undefined ? {} : saidBy(report)) };
    if (position === undefined || this.format.protocolVersion === 1) return delta;
    if (countsBy === 'marks') return { ...delta, position, capabilities: READS };
    return {
      ...delta,
      position,
      capabilities: ['positions', ...READS],
      ...this.#opening(position),
    };
  }

  /** What opens an epoch says for whom: a copy of it may reach the server after a restore. */
  #opening({ seq }: DeltaPosition): Pick<SyncDelta, 'serverEpoch'> {
    const { serverEpoch } = this.#held;
    return seq > 1 || serverEpoch === undefined ? {} : { serverEpoch };
  }

  /** Sends one delta and reads the answer. @throws SyncError as `ConstellationProtocol.sync`. */
  exchange(delta: SyncDelta, state: SyncState, options: ExchangeOptions): Promise<SyncAnswer> {
    const mayFallBack = state.server === undefined;
    return this.#measured((context) =>
      this.protocol.sync(delta, { ...options, ...context, mayFallBack }),
    );
  }

  /** Sends several at once. @throws SyncError as `ConstellationProtocol.syncBatch`. */
  exchangeBatch(
    deltas: readonly [SyncDelta, ...SyncDelta[]],
    messages: readonly EncodedDelta[],
    options: Omit<ExchangeOptions, 'encoded'>,
  ): Promise<SyncAnswer> {
    return this.#measured((context) =>
      this.protocol.syncBatch(deltas, messages, { ...options, ...context }),
    );
  }

  async #measured(send: (context: PushContext) => Promise<SyncAnswer>): Promise<SyncAnswer> {
    const { tierReason, ...context } = this.context();
    try {
      const answer = await send(context);
      const { result } = answer;
      this.#tiers.succeeded(result.durationMs);
      return { ...answer, result: result.tier === undefined ? result : { ...result, tierReason } };
    } catch (error) {
      this.#tiers.failed(error);
      throw error;
    }
  }
}

function saidBy({ contentId, viewerFactors, hits }: CompletionReport): Partial<SyncDelta> {
  return {
    ...engagementsOf({ contentId }),
    ...(viewerFactors === undefined ? {} : { viewerFactors }),
    ...(hits === undefined ? {} : { hits }),
  };
}

function secretsOf({ credentials, headers }: SyncClientOptions) {
  return {
    ...(credentials === undefined ? {} : { credentials }),
    ...(headers === undefined ? {} : { headers }),
  };
}

const MAX_TIME_MS = 253_402_300_799_999;

/** What RFC 3339 can name of an instant: a clock that is wrong must not stop a push. */
function toTimestamp(ms: number): string {
  return new Date(ms > 0 ? Math.min(ms, MAX_TIME_MS) : 0).toISOString();
}
