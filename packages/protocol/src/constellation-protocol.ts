import {
  checkMethods,
  checkPorts,
  MAX_INTEGER,
  SyncError,
  isSyncError,
  monotonicMs,
  silentLogger,
  systemClock,
  validateSyncDelta,
  type Clock,
  type GlobalPatterns,
  type Logger,
  type SyncDelta,
  type SyncErrorCode,
  type SyncWindow,
} from '@omega-tv/types';
import type {
  Answer,
  BudgetTier,
  ClientFormat,
  EncodedDelta,
  Fidelity,
  PushContext,
  Snapshot,
} from '@omega-tv/compression';
import { Check } from 'typebox/value';
import {
  DEFAULT_TIMEOUT_MS,
  HEADERS,
  HealthSchema,
  MAX_JSON_ANSWER_BYTES,
  PATHS,
  PREFER_MINIMAL,
  VersionSchema,
} from './contract.js';
import { isRetryable } from './error-table.js';
import { FormatChoice } from './format-choice.js';
import type { Transport, TransportRequest, TransportResponse } from './http/transport.js';
import { refusePage } from './portal.js';
import { statusToSyncError } from './status-errors.js';

export interface ConstellationProtocolOptions {
  readonly transport: Transport;
  /** How deltas and answers become bytes. */
  readonly format: ClientFormat;
  /** What is spoken to a server that does not know `format`. Default: nothing else. */
  readonly fallback?: ClientFormat;
  /** Default: the machine's. */
  readonly clock?: Clock;
  /** Default: 30 s. */
  readonly timeoutMs?: number;
  /** Default: silent. */
  readonly logger?: Logger;
}

export interface RequestOptions {
  readonly signal?: AbortSignal;
  /** W3C Trace Context of the caller, sent along as it is. */
  readonly traceParent?: string;
}

export interface SyncOptions extends RequestOptions, PushContext {
  /** Asks for the receipt alone: the snapshot comes from elsewhere, such as a cache. */
  readonly minimal?: boolean;
  /** The message that carries the delta, where it was made already; coded anew without it. */
  readonly encoded?: EncodedDelta;
  /** False once a server has acknowledged in `format`: then it is spoken to in no other. Default: true. */
  readonly mayFallBack?: boolean;
}

/** What one exchange moved. */
export interface SyncResult {
  readonly protocolVersion: 1 | 2;
  readonly patternsPushed: number;
  readonly patternsReceived: number;
  readonly trendsReceived: number;
  /** Completed titles that were reported. */
  readonly titlesReported: number;
  readonly globalVersion: number;
  /** Body sizes on the wire. */
  readonly bytesSent: number;
  readonly bytesReceived: number;
  readonly durationMs: number;
  /** How near the sent embeddings are to the true ones. */
  readonly fidelity: Fidelity;
  /** How much a message might have; absent in v1, which has one size. */
  readonly tier?: BudgetTier;
  /** Why this tier. */
  readonly tierReason?: string;
  /** When the server wants this TV back. */
  readonly window?: SyncWindow;
}

/** `globalPatterns` is absent where the TV holds the newest, or asked for the receipt alone. */
export interface SyncAnswer extends Omit<Answer, 'globals'> {
  readonly globalPatterns?: GlobalPatterns;
  readonly result: SyncResult;
}

/**
 * The requests that a TV sends to a Constellation.
 * @example
 * ```ts
 * import { createNodeV2Format } from '@omega-tv/compression/node';
 * import { ConstellationProtocol } from '@omega-tv/protocol';
 *
 * const transport = {
 *   request: async () => ({
 *     status: 200,
 *     headers: { 'content-type': 'application/json' },
 *     body: new TextEncoder().encode('{"version":7}'),
 *   }),
 * }; // yours: createHttpTransport({ baseUrl })
 * const protocol = new ConstellationProtocol({ transport, format: createNodeV2Format() });
 * console.log(await protocol.getGlobalVersion(6)); // => 7
 * ```
 */
export class ConstellationProtocol {
  readonly #options: ConstellationProtocolOptions;
  readonly #formats: FormatChoice;
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  readonly #logger: Logger;

  /** @throws SyncError `invalid-config` for an option that cannot work. */
  constructor(options: ConstellationProtocolOptions) {
    checkPorts(options);
    checkMethods('transport', options.transport, ['request'], 'createHttpTransport() makes one');
    checkMethods('format', options.format, ['encodeDelta', 'splitDelta', 'decodeAnswer']);
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#formats = new FormatChoice(options.format, options.fallback, this.#clock);
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

  /** How deltas become bytes just now: the fallback where the server knows nothing else. */
  get format(): ClientFormat {
    return this.#formats.current;
  }

  /**
   * Resolves when the server says that it is well.
   * @throws SyncError as `sync`.
   */
  async healthCheck(options: RequestOptions = {}): Promise<void> {
    const { body } = await this.#request(getRequest(PATHS.health), 0, options);
    if (!Check(HealthSchema, parseJson(body))) {
      throw otherAnswer(PATHS.health, '{"status":"ok"}', 'status');
    }
  }

  /**
   * The version of the server's newest global patterns.
   * @throws SyncError as `sync`.
   */
  async getGlobalVersion(options: RequestOptions = {}): Promise<number> {
    const { body } = await this.#request(getRequest(PATHS.version), 0, options);
    const answer = parseJson(body);
    if (!Check(VersionSchema, answer)) {
      throw otherAnswer(PATHS.version, '{"version": <integer>}', 'version');
    }
    return Math.min(answer.version, MAX_INTEGER);
  }

  /**
   * Fetches a published version.
   * @param path of `snapshotPath`.
   * @returns the bytes of its frame, to be read by the format.
   * @throws SyncError as `sync`.
   */
  async getSnapshot(path: string, options: RequestOptions = {}): Promise<Uint8Array> {
    const { format } = this;
    const headers = { Accept: format.accept };
    const { maxResponseBytes } = format;
    const request = { ...getRequest(path), headers, maxResponseBytes };
    return (await this.#request(request, 0, options)).body;
  }

  /**
   * Pushes one delta and reads the answer. A base that the server does not know costs one further
   * round trip: the delta goes again without it.
   * @throws SyncError `invalid-pattern` or `serialization` when the delta is not valid,
   * `compression-limit` when it does not fit one message (see `ClientFormat.splitDelta`), `http`
   * when no answer came, the error that the server's problem names, and `compression`,
   * `serialization` or `compression-limit` when the answer is not readable. The signal's reason when
   * aborted.
   */
  async sync(delta: SyncDelta, options: SyncOptions = {}): Promise<SyncAnswer> {
    validateSyncDelta(delta);
    const startMs = monotonicMs(this.#clock);
    const { base, encoded: _, ...rest } = options;
    try {
      return await this.#push(delta, options, startMs);
    } catch (error) {
      if (base !== undefined && isSyncError(error, 'version-conflict')) {
        return this.#push(delta, rest, startMs);
      }
      const mayFallBack = options.mayFallBack !== false;
      if (!(mayFallBack && this.#formats.fallBack(error))) throw error;
      this.#logger.warn({ err: error }, 'the server does not read frames; speaking v1');
      return this.#push(delta, rest, startMs);
    }
  }

  /**
   * Pushes several deltas of one device in one body, and reads the answer: its receipt has one for
   * each that was decided.
   * @param messages of `format.encodeDelta`, with `format.joinDeltas` there.
   * @throws SyncError as `sync`; a conflict is the caller's to answer.
   */
  async syncBatch(
    deltas: readonly [SyncDelta, ...SyncDelta[]],
    messages: readonly EncodedDelta[],
    options: Omit<SyncOptions, 'encoded' | 'mayFallBack'> = {},
  ): Promise<SyncAnswer> {
    const { joinDeltas } = this.format;
    if (joinDeltas === undefined) throw new TypeError('The format has no body for several deltas');
    const [first, ...others] = deltas;
    const delta = others.reduce(joined, first);
    const bytes = joinDeltas(messages.map((message) => message.bytes));
    const encoded = { bytes, fidelity: meanFidelity(deltas, messages) };
    return this.#push(delta, { ...options, encoded }, monotonicMs(this.#clock));
  }

  async #push(delta: SyncDelta, options: SyncOptions, startMs: number): Promise<SyncAnswer> {
    const { format } = this;
    const { base, tier = 'normal' } = options;
    const context = { tier, ...(base === undefined ? {} : { base }) };
    const encoded = options.encoded ?? (await format.encodeDelta(delta, context));
    const response = await this.#post(delta, encoded, options);
    const { globals, ...answer } = await this.#readAnswer(format, response.body, base);
    const result: SyncResult = {
      protocolVersion: format.protocolVersion,
      patternsPushed: delta.patterns.length,
      patternsReceived: globals?.patterns.length ?? 0,
      trendsReceived: globals?.trends.length ?? 0,
      titlesReported: delta.engagements?.filter(({ completed }) => completed).length ?? 0,
      globalVersion: globals?.version ?? answer.current?.version ?? 0,
      bytesSent: encoded.bytes.length,
      bytesReceived: response.body.length,
      durationMs: monotonicMs(this.#clock) - startMs,
      fidelity: encoded.fidelity,
      ...(format.protocolVersion === 1 ? {} : { tier }),
      ...(answer.window === undefined ? {} : { window: answer.window }),
    };
    this.#logger.info({ ...result }, 'synced');
    return { ...answer, result, ...(globals === undefined ? {} : { globalPatterns: globals }) };
  }

  #post(
    delta: SyncDelta,
    { bytes }: EncodedDelta,
    options: SyncOptions,
  ): Promise<TransportResponse> {
    const { format } = this;
    const headers = {
      'Content-Type': format.mediaType,
      Accept: format.accept,
      [HEADERS.deviceId]: toHeaderValue(delta.deviceId),
      [HEADERS.syncVersion]: String(delta.version),
      ...(options.minimal === true ? { [HEADERS.prefer]: PREFER_MINIMAL } : {}),
    };
    const { maxResponseBytes } = format;
    return this.#request(
      {
        method: 'POST',
        path: PATHS.sync,
        headers,
        body: bytes,
        maxResponseBytes,
        isRepeatable: delta.position !== undefined,
      },
      delta.version,
      options,
    );
  }

  /** An answer that is not readable decides nothing: the same push may be repeated. */
  async #readAnswer(
    format: ClientFormat,
    body: Uint8Array,
    base: Snapshot | undefined,
  ): Promise<Answer> {
    try {
      return await format.decodeAnswer(body, base);
    } catch (error) {
      if (!isSyncError(error)) throw error;
      const { code, details } = error;
      if (code === 'http' || code === 'invalid-config') throw error;
      const message = `POST ${PATHS.sync}: the answer is not readable: ${error.message}`;
      const options = { cause: error, retryable: isRetryable(`answer/${code}`) };
      throw new SyncError<SyncErrorCode>(code, message, details, options);
    }
  }

  async #request(
    request: Omit<TransportRequest, 'timeoutMs' | 'signal'>,
    localVersion: number,
    { signal, traceParent }: RequestOptions,
  ): Promise<TransportResponse> {
    const { transport } = this.#options;
    const trace = traceParent === undefined ? {} : { [HEADERS.traceParent]: traceParent };
    const response = await transport.request({
      ...request,
      headers: { ...request.headers, ...trace },
      timeoutMs: this.#timeoutMs,
      ...(signal === undefined ? {} : { signal }),
    });
    const where = `${request.method} ${response.redirectedTo ?? request.path}`;
    if (response.status >= 200 && response.status < 300) {
      refusePage(response, where);
      return response;
    }
    const error = statusToSyncError(response, where, localVersion);
    this.#logger.warn({ code: error.code, status: response.status }, error.message);
    this.#formats.notice(error, response);
    throw error;
  }
}

/** What several deltas say, as of the first: for the result alone. */
function joined(delta: SyncDelta, further: SyncDelta): SyncDelta {
  const engagements = [...(delta.engagements ?? []), ...(further.engagements ?? [])];
  return { ...delta, patterns: [...delta.patterns, ...further.patterns], engagements };
}

/** Over all patterns of several messages. */
function meanFidelity(deltas: readonly SyncDelta[], messages: readonly EncodedDelta[]): Fidelity {
  let [sum, count, minCosine] = [0, 0, 1];
  messages.forEach(({ fidelity }, i) => {
    const patterns = deltas[i]?.patterns.length ?? 0;
    sum += fidelity.meanCosine * patterns;
    count += patterns;
    minCosine = Math.min(minCosine, fidelity.minCosine);
  });
  return { meanCosine: count === 0 ? 1 : sum / count, minCosine };
}

function getRequest(path: string) {
  const maxResponseBytes = MAX_JSON_ANSWER_BYTES;
  return { method: 'GET', path, headers: {}, maxResponseBytes, isRepeatable: true } as const;
}

function otherAnswer(path: string, expected: string, member: string): SyncError<'protocol'> {
  const message = `GET ${path} answered something else than ${expected}; check that the URL is a Constellation's`;
  const retryable = isRetryable('answer/protocol');
  return new SyncError('protocol', message, { path: member }, { retryable });
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
