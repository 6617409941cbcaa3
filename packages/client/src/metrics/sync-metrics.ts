import type { Fidelity } from '@omega-tv/compression';
import type { SyncErrorCode } from '@omega-tv/types';
import type { OutboxStanding } from '../standing/standing.js';

/** An exchange as it ended. Nothing in it names a TV, a pattern or a title. */
export interface MeasuredExchange {
  /** `success`, why it failed, or that the host aborted it; `unexpected` for what is no `SyncError`. */
  readonly outcome: 'success' | SyncErrorCode | 'aborted' | 'unexpected';
  /** By a clock that never jumps. */
  readonly durationMs: number;
  /** Of its messages that were answered: sizes of bodies on the wire. */
  readonly bytesSent: number;
  readonly bytesReceived: number;
  readonly patternsPushed: number;
  readonly titlesReported: number;
  /** How near the pushed embeddings were to the true ones; absent where none was pushed. */
  readonly fidelity?: Fidelity;
  /** What is left to be answered. */
  readonly outbox: OutboxStanding;
  /** How long the oldest push has been waiting; 0 where none is. */
  readonly outboxAgeMs: number;
  /** Bytes that the store has written since it was opened; absent where it does not count. */
  readonly writtenBytes?: number;
}

/** Where a client says how its exchanges went; `tv-agent` has one for prom-client. */
export interface SyncMetrics {
  exchangeEnded(exchange: MeasuredExchange): void;
}
