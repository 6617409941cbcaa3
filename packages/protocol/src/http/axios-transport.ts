import axios, { type AxiosInstance } from 'axios';
import { createTransport, type HttpTransportOptions } from './http-transport.js';
import { sendWithAxios } from './send-with-axios.js';
import type { Transport } from './transport.js';

export interface AxiosTransportOptions extends HttpTransportOptions {
  /**
   * An axios instance with settings of your own (an HTTPS agent, a proxy). By default the usual
   * proxy variables of the environment are respected.
   */
  readonly axios?: AxiosInstance;
}

/**
 * Carries requests over HTTP with axios, in every engine.
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
  return createTransport(options, sendWithAxios(options.axios ?? axios.create()));
}
