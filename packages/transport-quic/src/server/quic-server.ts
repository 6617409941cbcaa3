import type { TransportResponse } from '@omega-tv/protocol';
import { monotonicMs, SyncError, systemClock, type Clock } from '@omega-tv/types';
import { systemTimer, type Timer } from '../connection/timers.js';
import { loadQuiche } from '../native/load-quiche.js';
import { createServerConfig } from '../native/settings.js';
import type { ServerCertificate } from './certificate.js';
import { QUIC_LIMITS } from '../wire/limits.js';
import { answersOf } from './answers.js';
import type { AnsweredQuicRequest, QuicHandler } from './handler.js';
import type { QuicFigures } from './figures.js';
import { Peers } from './peers.js';
import { openServerSocket } from './server-socket.js';

export interface QuicServerLimits {
  /** Open connections; who comes further is not answered. Default: 10,000. */
  readonly connections?: number;
  /**
   * Handshakes under way; who comes further has to prove its address first, which costs it a round trip
   * and the server no memory. Default: 256.
   */
  readonly handshakes?: number;
  /** Requests a minute of one address, as over HTTP. Default: no limit. */
  readonly perAddress?: number;
  /** Bytes of a request's body. Default: 16,384, the largest batch of frames. */
  readonly requestBytes?: number;
  /** Streams that one client may have open. Default: 8. */
  readonly streams?: number;
}

export interface QuicServerOptions<Answer extends TransportResponse = TransportResponse> {
  /** What answers: the server of `@omega-tv/constellation`, say. */
  readonly handler: QuicHandler<Answer>;
  readonly certificate: ServerCertificate;
  /** Default: this machine only. */
  readonly host?: string;
  /** UDP. Default: any free one. */
  readonly port?: number;
  readonly limits?: QuicServerLimits;
  /** How long a client may be silent between exchanges. Default: 20 minutes. Milliseconds. */
  readonly idleTimeoutMs?: number;
  /** How long `close` waits for answers to arrive. Default: 5 s. Milliseconds. */
  readonly closeGraceMs?: number;
  /** Told of each request that was answered. */
  readonly onAnswered?: (exchange: AnsweredQuicRequest<Answer>) => void;
  /** For durations and limits. Default: the machine's. */
  readonly clock?: Clock;
  /** Default: the machine's. */
  readonly timer?: Timer;
}

export interface QuicServer {
  readonly host: string;
  readonly port: number;
  figures(): QuicFigures;
  /** Answers what was asked, then tells all clients that it is over. */
  close(): Promise<void>;
}

const DEFAULT_IDLE_MS = 20 * 60 * 1000;
const DEFAULT_GRACE_MS = 5000;
const MAX_UNREAD_BYTES = 65_536;
const DEFAULTS = { connections: 10_000, handshakes: 256, perAddress: Infinity, streams: 8 };

/**
 * Serves requests over QUIC until it is closed.
 * @throws SyncError `invalid-config` for a certificate or a limit that cannot work, and where there is
 * no QUIC on this machine; Error of Node where the port cannot be had.
 * @example
 * ```ts
 * import { generate } from 'selfsigned';
 * import { createQuicTransport, startQuicServer } from '@omega-tv/transport-quic';
 *
 * const extensions = [{ name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] }];
 * const pair = await generate([{ name: 'commonName', value: 'localhost' }], { extensions });
 * const certificate = { cert: pair.cert, key: pair.private };
 * const body = new TextEncoder().encode('well');
 * const handler = { respond: async () => ({ status: 200, headers: {}, body }) };
 * const server = await startQuicServer({ handler, certificate });
 *
 * const baseUrl = `https://localhost:${server.port}`;
 * const transport = await createQuicTransport({ baseUrl, ca: pair.cert });
 * const answer = await transport.request({
 *   method: 'GET',
 *   path: '/api/v1/health',
 *   headers: {},
 *   timeoutMs: 30_000,
 *   maxResponseBytes: 1024,
 * });
 * console.log(answer.status, server.figures().established); // => 200 1
 * await transport.close();
 * await server.close();
 * ```
 */
export async function startQuicServer<Answer extends TransportResponse>(
  options: QuicServerOptions<Answer>,
): Promise<QuicServer> {
  const { handler, certificate, host = '127.0.0.1', port = 0, onAnswered } = options;
  const { idleTimeoutMs = DEFAULT_IDLE_MS, clock = systemClock, timer = systemTimer } = options;
  const limits = { ...DEFAULTS, requestBytes: QUIC_LIMITS.maxRequestBytes, ...options.limits };
  checkLimits(limits);
  const quiche = await loadQuiche();
  const config = readCertificate(() =>
    createServerConfig(quiche, certificate, {
      idleTimeoutMs,
      maxUnreadBytes: MAX_UNREAD_BYTES,
      maxStreams: limits.streams,
    }),
  );
  const socket = await openServerSocket(host, port);
  const local = socket.address();
  const peers = new Peers({
    ...{ quiche, config, limits, timer },
    local: { host: local.address, port: local.port },
    nowMs: () => monotonicMs(clock),
    answer: answersOf({ handler, clock, ...(onAnswered === undefined ? {} : { onAnswered }) }),
    sendDatagram: (datagram, to) => {
      // What cannot be sent is lost, as on any network.
      socket.send(datagram, to.port, to.host, () => undefined);
    },
  });
  socket.on('message', (datagram, from) => {
    peers.receive(datagram, { host: from.address, port: from.port });
  });
  let closed: Promise<void> | undefined;
  return {
    host: local.address,
    port: local.port,
    figures: () => peers.figures(),
    close: () => (closed ??= closeAll()),
  };

  async function closeAll(): Promise<void> {
    await peers.close(options.closeGraceMs ?? DEFAULT_GRACE_MS);
    await new Promise<void>((resolve) => {
      socket.close(resolve);
    });
  }
}

function readCertificate<Result>(read: () => Result): Result {
  try {
    return read();
  } catch (cause) {
    const message = 'The certificate or its key cannot be read; expected PEM of a pair';
    throw new SyncError('invalid-config', message, { field: 'certificate' }, { cause });
  }
}

function checkLimits(limits: Required<QuicServerLimits>): void {
  for (const [name, limit] of Object.entries<number>({ ...limits })) {
    if (limit === Infinity || (Number.isSafeInteger(limit) && limit >= 0)) continue;
    const message = `limits.${name} is ${limit}; expected a whole number of at least 0`;
    throw new SyncError('invalid-config', message, { field: 'limits' });
  }
}
