import axios, { AxiosHeaders, type AxiosInstance, type AxiosResponse } from 'axios';
import { SyncError } from '@omega-tv/types';
import { throwIfAborted } from './abort.js';
import { normaliseBaseUrl } from './base-url.js';
import { httpError, networkErrorToSyncError } from './network-errors.js';
import type { Transport, TransportRequest, TransportResponse } from './transport.js';

const MAX_REDIRECTS = 5;

export interface AxiosTransportOptions {
  readonly baseUrl: string;
  /**
   * An axios instance with settings of your own (an HTTPS agent, a proxy). By default the usual
   * proxy variables of the environment are respected.
   */
  readonly axios?: AxiosInstance;
}

/**
 * Carries requests over HTTP with axios.
 * @throws SyncError `invalid-config` when the base URL cannot work.
 * @example
 * ```ts
 * import { createServer } from 'node:http';
 * import { createAxiosTransport } from '@omega-tv/protocol';
 *
 * const server = createServer((request, response) => response.end(request.url));
 * await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
 * const { port } = server.address();
 *
 * const transport = createAxiosTransport({ baseUrl: `http://127.0.0.1:${port}/base/` });
 * const answer = await transport.request({
 *   method: 'GET',
 *   path: '/api/v1/health',
 *   headers: {},
 *   timeoutMs: 30_000,
 *   maxResponseBytes: 1024,
 * });
 * console.log(answer.status, new TextDecoder().decode(answer.body)); // => 200 /base/api/v1/health
 * server.close();
 * server.closeAllConnections();
 * ```
 */
export function createAxiosTransport(options: AxiosTransportOptions): Transport {
  const baseUrl = normaliseBaseUrl(options.baseUrl);
  const instance = options.axios ?? axios.create();
  return { request: (request) => send(instance, baseUrl, request) };
}

async function send(
  instance: AxiosInstance,
  baseUrl: string,
  request: TransportRequest,
): Promise<TransportResponse> {
  const { signal } = request;
  throwIfAborted(signal);
  // One controller for the caller's signal and the timeout: axios's own timeout starts anew with
  // each chunk, so a server that drips bytes would never reach it.
  const controller = new AbortController();
  const abort = (): void => {
    controller.abort();
  };
  const timer = setTimeout(abort, request.timeoutMs);
  signal?.addEventListener('abort', abort, { once: true });
  // Axios asks a signal to unsubscribe it before the answer's stream is closed: this one stays
  // connected, so that the abort below also ends an answer that was abandoned for its size.
  const untilClosed = Object.assign(controller.signal, { unsubscribe: () => undefined });
  const where = `${request.method} ${baseUrl}${request.path}`;
  try {
    return toTransportResponse(
      await instance.request<ArrayBuffer | Uint8Array>({
        url: baseUrl + request.path,
        method: request.method,
        headers: { ...request.headers },
        ...(request.body === undefined ? {} : { data: request.body }),
        responseType: 'arraybuffer',
        adapter: ['http', 'fetch', 'xhr'],
        decompress: false,
        maxContentLength: request.maxResponseBytes,
        maxRedirects: MAX_REDIRECTS,
        validateStatus: () => true,
        signal: untilClosed,
      }),
    );
  } catch (error) {
    throwIfAborted(signal);
    if (controller.signal.aborted) throw httpError('timeout', where, error);
    if (error instanceof Error && error.message.includes('maxContentLength')) {
      throw tooLarge(where, request.maxResponseBytes, error);
    }
    throw networkErrorToSyncError(error, where);
  } finally {
    clearTimeout(timer);
    abort();
    signal?.removeEventListener('abort', abort);
  }
}

function toTransportResponse(response: AxiosResponse<ArrayBuffer | Uint8Array>): TransportResponse {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(AxiosHeaders.from(response.headers as AxiosHeaders))) {
    if (value !== undefined && value !== null) headers[name.toLowerCase()] = String(value);
  }
  const { data } = response;
  const body = data instanceof Uint8Array ? data : new Uint8Array(data);
  return { status: response.status, headers, body };
}

function tooLarge(where: string, limit: number, cause: Error): SyncError<'compression-limit'> {
  const size = limit + 1;
  return new SyncError(
    'compression-limit',
    `${where}: the answer is larger than ${limit} bytes and was abandoned`,
    { size, limit },
    { cause, retryable: true },
  );
}
