import { lookup } from 'node:dns/promises';
import {
  createTransport,
  httpError,
  normaliseBaseUrl,
  type Hop,
  type HopAnswer,
  type HttpTransportOptions,
  type Transport,
} from '@omega-tv/protocol';
import { SyncError } from '@omega-tv/types';
import { systemTimer, type Timer } from '../connection/timers.js';
import { loadQuiche, type NativeConfig, type Quiche } from '../native/load-quiche.js';
import { createClientConfig } from '../native/settings.js';
import type { QuicAnswer } from '../wire/answer.js';
import { encodeRequest } from '../wire/request.js';
import { ClientConnection, type Exchange } from './client-connection.js';
import { silenceMs, Watch } from './silence.js';
import { trustedByNode } from './trusted.js';

export interface QuicTransportOptions extends HttpTransportOptions {
  /** UDP port of the server. Default: that of the base URL. */
  readonly port?: number;
  /** Whom to trust, PEM. Default: whom https trusts in Node. */
  readonly ca?: string | readonly string[];
  /** How long a connection is kept between exchanges. Default: 20 minutes. Milliseconds. */
  readonly idleTimeoutMs?: number;
  /** Sets the timers. Default: the machine's. */
  readonly timer?: Timer;
}

/** Of one connection; a peer's ids, one for each address, end at twice as many. */
const MAX_REBINDS = 8;

/** How the last exchange found its server: by which the tickets and the kept connection are seen to work. */
export type Start = 'cold' | 'resumed' | 'warm';

/** A transport over QUIC; it keeps its connection, and the ticket of the last one, between exchanges. */
export interface QuicTransport extends Transport {
  /** Smoothed; undefined before a server was heard. Milliseconds. */
  readonly roundTripMs: number | undefined;
  /** Of the last exchange that was answered. */
  readonly lastStart: Start | undefined;
  /** True while there is a connection to a server that has shown its certificate. */
  readonly isConnected: boolean;
  /**
   * Tells when nothing comes back while an answer is waited for: after 300 ms, or two round trips where
   * that is more, and again after each further wait. What it returns ends that.
   */
  onSilence(listener: () => void): () => void;
  /** Goes on from the address that this machine has now, where the host knows that it changed. */
  rebind(): Promise<void>;
  /** Ends the connection, so that the next exchange resumes; with `forget`, the ticket too. */
  disconnect(options?: { readonly forget?: boolean }): void;
  close(): Promise<void>;
}

const DEFAULT_IDLE_MS = 20 * 60 * 1000;
const MAX_IDLE_MS = 24 * 60 * 60 * 1000;
/** What of an answer may wait to be read; larger ones flow through it. */
const MAX_UNREAD_BYTES = 131_072;

/**
 * Carries requests over QUIC, a stream each. A connection that fell silent is given up: a request that
 * may be repeated goes over a new one then.
 * @throws SyncError `invalid-config` when the base URL cannot work, or there is no QUIC on this machine.
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
 * console.log(answer.status, new TextDecoder().decode(answer.body)); // => 200 well
 * await transport.close();
 * await server.close();
 * ```
 */
export async function createQuicTransport(options: QuicTransportOptions): Promise<QuicTransport> {
  const line = new Line(await loadQuiche(), options);
  const carrier = createTransport(options, (hop, deadline) => line.send(hop, deadline));
  return {
    request: (request) => carrier.request(request),
    get roundTripMs() {
      return line.roundTripMs;
    },
    get lastStart() {
      return line.lastStart;
    },
    get isConnected() {
      return line.isConnected;
    },
    onSilence: (listener) => line.onSilence(listener),
    rebind: () => line.rebind(),
    disconnect: ({ forget = false } = {}) => {
      line.disconnect(forget);
    },
    close: () => {
      line.disconnect(true);
      return Promise.resolve();
    },
  };
}

/** The way to one server: a connection while there is one, and the ticket for the next. */
class Line {
  lastStart: Start | undefined;
  readonly #quiche: Quiche;
  readonly #config: NativeConfig;
  readonly #origin: URL;
  readonly #port: number;
  readonly #timer: Timer;
  readonly #listeners = new Set<() => void>();
  readonly #watches = new Set<Watch>();
  #connection: ClientConnection | undefined;
  #opening: Promise<ClientConnection> | undefined;
  #session: Uint8Array | undefined;
  #roundTripMs: number | undefined;
  #rebinds = 0;

  constructor(quiche: Quiche, options: QuicTransportOptions) {
    const { ca = trustedByNode(), idleTimeoutMs = DEFAULT_IDLE_MS, timer = systemTimer } = options;
    this.#quiche = quiche;
    this.#origin = originOf(options.baseUrl);
    this.#port = options.port ?? Number(this.#origin.port === '' ? 443 : this.#origin.port);
    this.#timer = timer;
    checkWhole('port', this.#port, 65_535);
    checkWhole('idleTimeoutMs', idleTimeoutMs, MAX_IDLE_MS);
    const trusted = typeof ca === 'string' ? [ca] : ca;
    const limits = { idleTimeoutMs, maxUnreadBytes: MAX_UNREAD_BYTES, maxStreams: 0 };
    this.#config = createClientConfig(quiche, trusted, limits);
  }

  get isConnected(): boolean {
    return this.#connection?.isUsable === true && this.#connection.isVerified;
  }

  get roundTripMs(): number | undefined {
    return this.#connection?.roundTripMs ?? this.#roundTripMs;
  }

  onSilence(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Beyond the addresses that one connection may have had, a new connection begins. */
  async rebind(): Promise<void> {
    this.#rebinds += 1;
    if (this.#rebinds % MAX_REBINDS === 0 && this.#connection?.isIdle === true)
      this.disconnect(false);
    await this.#connection?.rebind();
  }

  disconnect(forget: boolean): void {
    this.#keep();
    this.#connection?.close();
    this.#connection = undefined;
    if (forget) this.#session = this.#roundTripMs = undefined;
  }

  async send(hop: Hop, deadline: AbortSignal): Promise<HopAnswer> {
    const exchange = this.#toExchange(hop, deadline);
    try {
      return { ...(await this.#exchange(exchange)), url: hop.url };
    } catch (error) {
      if (deadline.aborted) throw httpError('timeout', exchange.where, error);
      if (error instanceof SyncError) throw error;
      throw httpError('network', exchange.where, error);
    }
  }

  /** A connection that dies on the way, and was one, is replaced once. */
  async #exchange(exchange: Exchange): Promise<QuicAnswer> {
    const kept = this.#connection?.isUsable === true ? this.#connection : undefined;
    const connection = kept ?? (await this.#open(exchange));
    try {
      return await this.#over(connection, exchange, kept && 'warm');
    } catch (error) {
      const isAgain = exchange.isRepeatable && connection.isVerified && !connection.isUsable;
      if (!isAgain || exchange.signal.aborted) throw error;
    }
    return this.#over(await this.#open(exchange), exchange);
  }

  async #over(
    connection: ClientConnection,
    exchange: Exchange,
    start?: Start,
  ): Promise<QuicAnswer> {
    const watch = new Watch({
      ...{ connection, timer: this.#timer },
      waitMs: () => silenceMs(this.roundTripMs),
      onSilence: () => {
        for (const listener of this.#listeners) listener();
      },
    });
    this.#watches.add(watch);
    try {
      const answer = await connection.exchange(exchange);
      this.lastStart = start ?? (connection.isResumed ? 'resumed' : 'cold');
      return answer;
    } finally {
      watch.stop();
      this.#watches.delete(watch);
      this.#keep();
      // What became of it is unknown, and a new connection costs no round trip.
      if (exchange.signal.aborted && connection.isIdle) connection.close();
    }
  }

  /** What is known of a server outlives the connection. */
  #keep(): void {
    this.#session = this.#connection?.session ?? this.#session;
    this.#roundTripMs = this.roundTripMs;
  }

  /** One connection, for whoever asks meanwhile. */
  #open({ where }: Exchange): Promise<ClientConnection> {
    this.#opening ??= this.#connect(where).finally(() => {
      this.#opening = undefined;
    });
    return this.#opening;
  }

  async #connect(where: string): Promise<ClientConnection> {
    const hostname = this.#origin.hostname.replace(/^\[|\]$/g, '');
    const { address: host } = await lookup(hostname).catch((cause: unknown) => {
      throw httpError('dns', where, cause);
    });
    const session = this.#session;
    const roundTripMs = this.#roundTripMs;
    const connection = await ClientConnection.open({
      quiche: this.#quiche,
      config: this.#config,
      remote: { host, port: this.#port },
      ...{ hostname, timer: this.#timer },
      ...(session === undefined ? {} : { session }),
      ...(roundTripMs === undefined ? {} : { roundTripMs }),
      onHeard: () => {
        for (const watch of this.#watches) watch.heard();
      },
    });
    this.#connection = connection;
    return connection;
  }

  #toExchange(hop: Hop, signal: AbortSignal): Exchange {
    const url = new URL(hop.url);
    const where = `${hop.method} ${url.origin}${url.pathname} over QUIC`;
    if (url.origin !== this.#origin.origin) throw httpError('redirect', where);
    const isRepeatable = hop.method === 'GET' || hop.isRepeatable === true;
    const message = encodeRequest({
      method: hop.method,
      path: url.pathname + url.search,
      headers: hop.headers,
      isRepeatable,
      ...(hop.body === undefined ? {} : { body: hop.body }),
    });
    return { message, isRepeatable, maxBodyBytes: hop.maxResponseBytes, where, signal };
  }
}

function originOf(baseUrl: string): URL {
  const url = new URL(normaliseBaseUrl(baseUrl));
  if (url.protocol === 'https:') return url;
  const message = `The Constellation URL "${url.origin}" is not https, and QUIC is always encrypted`;
  throw new SyncError('invalid-config', message, { field: 'url' });
}

function checkWhole(field: string, value: number, most: number): void {
  if (Number.isSafeInteger(value) && value >= 1 && value <= most) return;
  const message = `${field} is ${value}; expected a whole number from 1 to ${most}`;
  throw new SyncError('invalid-config', message, { field });
}
