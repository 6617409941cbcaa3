import type { Transport, TransportRequest, TransportResponse } from '@omega-tv/protocol';
import { systemClock, type Clock } from '@omega-tv/types';
import type { QuicTransport } from '../client/quic-transport.js';
import { createBlockMemory, isInForce, type BlockMemory } from './block-memory.js';
import { Race } from './race.js';

/** Which transport an answer came over. */
export type Way = 'quic' | 'https';

export interface AutoTransportOptions {
  /** Undefined on a machine that has no QUIC: then all goes over HTTPS. */
  readonly quic: QuicTransport | undefined;
  readonly https: Transport;
  /** Where it is kept that QUIC does not get through here. Default: in this process. */
  readonly memory?: BlockMemory;
  /** Default: the machine's. */
  readonly clock?: Clock;
  /** Told which way each answer came. */
  readonly onAnswered?: (way: Way) => void;
}

/** How long QUIC is not tried where it did not get through. */
const BLOCKED_MS = 24 * 60 * 60 * 1000;

/**
 * Carries requests over QUIC where that gets through, and over HTTPS where it does not: within 300 ms of
 * silence, or two round trips where that is more. What it found out it keeps for a day. A request that may
 * not be repeated goes over HTTPS.
 * @example
 * ```ts
 * import { createAutoTransport } from '@omega-tv/transport-quic';
 *
 * // Yours: createHttpTransport({ baseUrl }) of @omega-tv/protocol, and createQuicTransport({ baseUrl }).
 * const body = new TextEncoder().encode('well');
 * const https = { request: async () => ({ status: 200, headers: {}, body }) };
 * const transport = createAutoTransport({ quic: undefined, https, onAnswered: console.log });
 * await transport.request({
 *   method: 'GET',
 *   path: '/api/v1/health',
 *   headers: {},
 *   timeoutMs: 30_000,
 *   maxResponseBytes: 1024,
 * }); // => https
 * ```
 */
export function createAutoTransport(options: AutoTransportOptions): Transport {
  const { quic, https, memory = createBlockMemory(), clock = systemClock, onAnswered } = options;
  return { request };

  async function request(asked: TransportRequest): Promise<TransportResponse> {
    const mayRace = asked.method === 'GET' || asked.isRepeatable === true;
    const kept = await memory.load();
    if (quic === undefined || !mayRace || isInForce(kept, clock.nowMs())) {
      const answer = await https.request(asked);
      onAnswered?.('https');
      return answer;
    }
    const { answer, way, isBlocked } = await new Race(quic, https, asked).run();
    onAnswered?.(way);
    await remember(isBlocked, kept !== undefined && way === 'quic');
    return answer;
  }

  async function remember(isBlocked: boolean, isOver: boolean): Promise<void> {
    const sinceMs = clock.nowMs();
    if (isBlocked) await memory.save({ sinceMs, untilMs: sinceMs + BLOCKED_MS });
    else if (isOver) await memory.save(undefined);
  }
}
