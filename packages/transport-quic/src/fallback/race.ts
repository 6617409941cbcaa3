import type { Transport, TransportRequest, TransportResponse } from '@omega-tv/protocol';
import { isSyncError } from '@omega-tv/types';
import type { QuicTransport } from '../client/quic-transport.js';

/** How an answer came, and what that says about QUIC. */
export interface RaceResult {
  readonly answer: TransportResponse;
  readonly way: 'quic' | 'https';
  /** True where QUIC did not get through, and HTTPS did. */
  readonly isBlocked: boolean;
}

/** Failures that another way may not have. What ends both, such as a lack of time, is none. */
const ANOTHER_WAY: ReadonlySet<string> = new Set([
  'refused',
  'reset',
  'tls',
  'network',
  'redirect',
]);

/**
 * One request that may be repeated: asked over QUIC, and over HTTPS as well where QUIC is silent or fails;
 * the first answer counts.
 */
export class Race {
  readonly #quic: QuicTransport;
  readonly #https: Transport;
  readonly #request: TransportRequest;
  readonly #quicEnd = new AbortController();
  readonly #httpsEnd = new AbortController();
  #second: Promise<RaceResult> | undefined;
  #hasFailed = false;

  constructor(quic: QuicTransport, https: Transport, request: TransportRequest) {
    this.#quic = quic;
    this.#https = https;
    this.#request = request;
  }

  /** @throws what `Transport.request` throws, of HTTPS where both were tried. */
  async run(): Promise<RaceResult> {
    const { signal } = this.#request;
    const abort = (): void => {
      this.#quicEnd.abort(signal?.reason);
      this.#httpsEnd.abort(signal?.reason);
    };
    signal?.addEventListener('abort', abort, { once: true });
    if (signal?.aborted === true) abort();
    try {
      return await this.#first();
    } finally {
      signal?.removeEventListener('abort', abort);
      abort();
    }
  }

  async #first(): Promise<RaceResult> {
    let stopListening = (): void => undefined;
    const silence = new Promise<void>((resolve) => {
      stopListening = this.#quic.onSilence(resolve);
    });
    const overQuic = this.#overQuic().catch((error: unknown) => {
      this.#hasFailed = true;
      if (this.#second === undefined && !isOfThisWay(error)) throw error;
      return this.#goSecond();
    });
    // Where HTTPS fails, QUIC decides.
    const overHttps = silence.then(() => this.#goSecond()).catch(() => overQuic);
    return Promise.race([overQuic, overHttps]).finally(stopListening);
  }

  #goSecond(): Promise<RaceResult> {
    this.#second ??= this.#overHttps();
    return this.#second;
  }

  async #overQuic(): Promise<RaceResult> {
    const { signal: _, ...request } = this.#request;
    const answer = await this.#quic.request({ ...request, signal: this.#quicEnd.signal });
    return { answer, way: 'quic', isBlocked: false };
  }

  async #overHttps(): Promise<RaceResult> {
    const { signal: _, ...request } = this.#request;
    const answer = await this.#https.request({ ...request, signal: this.#httpsEnd.signal });
    return { answer, way: 'https', isBlocked: this.#hasFailed || !this.#quic.isConnected };
  }
}

function isOfThisWay(error: unknown): boolean {
  return isSyncError(error, 'http') && ANOTHER_WAY.has(error.details.reason);
}
