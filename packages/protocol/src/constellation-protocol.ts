import {
  MAX_INTEGER,
  SyncError,
  isSyncError,
  silentLogger,
  validateSyncDelta,
  type Clock,
  type GlobalPatterns,
  type Logger,
  type SyncDelta,
} from '@omega-tv/types';
import type { Fidelity, WireFormat } from '@omega-tv/compression';
import Value from 'typebox/value';
import {
  DEFAULT_TIMEOUT_MS,
  HEADERS,
  MAX_JSON_ANSWER_BYTES,
  PATHS,
  VersionSchema,
} from './contract.js';
import { statusToSyncError } from './status-errors.js';
import type { Transport, TransportRequest, TransportResponse } from './transport.js';

export interface ConstellationProtocolOptions {
  readonly transport: Transport;
  /** How deltas and global patterns become bytes. */
  readonly format: WireFormat;
  readonly clock: Clock;
  /** Default: 30 s. */
  readonly timeoutMs?: number;
  readonly logger?: Logger;
}

export interface RequestOptions {
  readonly signal?: AbortSignal;
}

/** What one exchange moved. */
export interface SyncResult {
  readonly patternsPushed: number;
  readonly patternsReceived: number;
  readonly trendsReceived: number;
  readonly globalVersion: number;
  /** Body sizes on the wire. */
  readonly bytesSent: number;
  readonly bytesReceived: number;
  readonly durationMs: number;
  /** How near the sent embeddings are to the true ones. */
  readonly fidelity: Fidelity;
}

export interface SyncAnswer {
  readonly globalPatterns: GlobalPatterns;
  readonly result: SyncResult;
}

/** The requests that a TV sends to a Constellation. */
export class ConstellationProtocol {
  readonly #options: ConstellationProtocolOptions;
  readonly #timeoutMs: number;
  readonly #logger: Logger;

  /** @throws SyncError `invalid-config` when the timeout is not a positive number of ms. */
  constructor(options: ConstellationProtocolOptions) {
    this.#options = options;
    this.#timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    this.#logger = options.logger ?? silentLogger;
    if (!(this.#timeoutMs > 0 && this.#timeoutMs < 2 ** 31)) {
      throw new SyncError(
        'invalid-config',
        `timeoutMs is ${this.#timeoutMs}; expected 1 to ${2 ** 31 - 1}`,
        { field: 'timeoutMs' },
      );
    }
  }

  /** How deltas become bytes here. */
  get format(): WireFormat {
    return this.#options.format;
  }

  /**
   * Resolves when the server says that it is well.
   * @throws SyncError as `sync`.
   */
  async healthCheck(options: RequestOptions = {}): Promise<void> {
    await this.#request(getRequest(PATHS.health), 0, options);
  }

  /**
   * The version of the server's newest global patterns.
   * @throws SyncError as `sync`.
   */
  async getGlobalVersion(options: RequestOptions = {}): Promise<number> {
    const { body } = await this.#request(getRequest(PATHS.version), 0, options);
    const answer = parseJson(body);
    if (!Value.Check(VersionSchema, answer)) {
      throw new SyncError(
        'protocol',
        `GET ${PATHS.version} answered something else than {"version": <integer>}`,
        { path: 'version' },
      );
    }
    return Math.min(answer.version, MAX_INTEGER);
  }

  /**
   * Pushes one delta and reads the answer.
   * @throws SyncError `invalid-pattern` or `serialization` when the delta is not valid,
   * `compression-limit` when it does not fit one message (see `WireFormat.splitDelta`), `http` when
   * no answer came, the error that the server's problem names, and `compression`, `serialization`
   * or `compression-limit` when the answer is not readable. The signal's reason when aborted.
   */
  async sync(delta: SyncDelta, options: RequestOptions = {}): Promise<SyncAnswer> {
    const { format, clock } = this.#options;
    validateSyncDelta(delta);
    const startMs = clock.nowMs();
    const encoded = await format.encodeDelta(delta);
    const response = await this.#request(
      {
        method: 'POST',
        path: PATHS.sync,
        headers: {
          'Content-Type': format.mediaType,
          [HEADERS.deviceId]: toHeaderValue(delta.deviceId),
          [HEADERS.syncVersion]: String(delta.version),
        },
        body: encoded.bytes,
        maxResponseBytes: format.maxResponseBytes,
      },
      delta.version,
      options,
    );
    const globalPatterns = await this.#readAnswer(response.body);
    const result: SyncResult = {
      patternsPushed: delta.patterns.length,
      patternsReceived: globalPatterns.patterns.length,
      trendsReceived: globalPatterns.trends.length,
      globalVersion: globalPatterns.version,
      bytesSent: encoded.bytes.length,
      bytesReceived: response.body.length,
      durationMs: clock.nowMs() - startMs,
      fidelity: encoded.fidelity,
    };
    this.#logger.info({ deviceId: delta.deviceId, ...result }, 'synced');
    return { globalPatterns, result };
  }

  /** An answer that is not readable decides nothing: the same push may be repeated. */
  async #readAnswer(body: Uint8Array): Promise<GlobalPatterns> {
    try {
      return await this.#options.format.decodeGlobalPatterns(body);
    } catch (error) {
      if (!isSyncError(error)) throw error;
      const message = `POST ${PATHS.sync}: the answer is not readable: ${error.message}`;
      throw new SyncError(error.code, message, error.details, { cause: error, retryable: true });
    }
  }

  async #request(
    request: Pick<TransportRequest, 'method' | 'path' | 'headers' | 'body' | 'maxResponseBytes'>,
    localVersion: number,
    options: RequestOptions,
  ): Promise<TransportResponse> {
    const { transport, clock } = this.#options;
    const response = await transport.request({
      ...request,
      timeoutMs: this.#timeoutMs,
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
    if (response.status >= 200 && response.status < 300) return response;
    const where = `${request.method} ${request.path}`;
    const error = statusToSyncError(response, where, localVersion, clock.nowMs());
    this.#logger.warn({ code: error.code, status: response.status }, error.message);
    throw error;
  }
}

function getRequest(path: string) {
  const maxResponseBytes = MAX_JSON_ANSWER_BYTES;
  return { method: 'GET', path, headers: {}, maxResponseBytes } as const;
}

/** UTF-8 bytes as the characters U+0000 to U+00FF, which is how HTTP stacks take header bytes. */
function toHeaderValue(text: string): string {
  return String.fromCharCode(...new TextEncoder().encode(text));
}

function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    return undefined;
  }
}
