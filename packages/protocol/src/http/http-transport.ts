import { createSend } from '#send';
import { normaliseBaseUrl } from './base-url.js';
import {
  askHook,
  authorisation,
  checkPrivateHeaders,
  withoutSecrets,
  type Credentials,
} from './credentials.js';
import { untilDeadline, withDeadline } from './deadline.js';
import type { Hop, HopAnswer } from './hop.js';
import { httpError } from './network-errors.js';
import { followRedirects, isOfHost, withoutQuery } from './redirects.js';
import type { Send } from './send.js';
import type { Transport, TransportRequest, TransportResponse } from './transport.js';

export interface HttpTransportOptions {
  readonly baseUrl: string;
  /** Sent with each request, to the Constellation's host alone. */
  readonly headers?: Readonly<Record<string, string>>;
  /** What lets this TV in: sent to the Constellation's host alone, and shown in no error. */
  readonly credentials?: Credentials;
}

/**
 * Carries requests over HTTP with what the engine has: axios in Node, where the usual proxy
 * variables of the environment are respected, fetch in a page.
 * @throws SyncError `invalid-config` when the base URL cannot work.
 * @example
 * ```ts
 * import { createServer } from 'node:http';
 * import { createHttpTransport } from '@omega-tv/protocol';
 *
 * const server = createServer((request, response) => response.end(request.url));
 * await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
 * const { port } = server.address();
 *
 * const transport = createHttpTransport({ baseUrl: `http://127.0.0.1:${port}/base/` });
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
export function createHttpTransport(options: HttpTransportOptions): Transport {
  return createTransport(options, createSend());
}

/**
 * Carries requests with `send`, as all transports do: credentials and their renewal, redirects, one
 * deadline for all of it, and no secret in what is shown of a refusal.
 * @throws SyncError `invalid-config` when the base URL cannot work.
 */
export function createTransport(options: HttpTransportOptions, send: Send): Transport {
  const baseUrl = normaliseBaseUrl(options.baseUrl);
  checkPrivateHeaders(options.headers, options.credentials);
  const { headers = {}, credentials } = options;

  const attempt = async (request: TransportRequest, deadline: AbortSignal): Promise<HopAnswer> => {
    const url = baseUrl + request.path;
    const where = `${request.method} ${withoutQuery(url)}`;
    const granted = await untilDeadline(authorisation(credentials, where), deadline);
    if (granted === undefined) throw httpError('timeout', where);
    const hop: Hop = { ...request, url, headers: { ...headers, ...granted, ...request.headers } };
    const answer = await followRedirects(hop, (next) => send(next, deadline));
    if (answer.status < 300) return answer;
    const { Authorization: bearer = '' } = granted;
    const secrets = [bearer.replace('Bearer ', ''), ...Object.values(headers)];
    return { ...answer, body: withoutSecrets(answer.body, secrets) };
  };

  const attemptAgain = async (
    request: TransportRequest,
    deadline: AbortSignal,
  ): Promise<HopAnswer> => {
    const answer = await attempt(request, deadline);
    const refresh = credentials?.refresh?.bind(credentials);
    const isOurs = isOfHost(baseUrl, answer);
    if (answer.status !== 401 || refresh === undefined || !isOurs) return answer;
    const where = `${request.method} ${withoutQuery(answer.url)}`;
    await untilDeadline(askHook(refresh, where), deadline);
    return attempt(request, deadline);
  };

  return {
    request: async (request) => {
      const answer = await withDeadline(request, (deadline) => attemptAgain(request, deadline));
      return toResponse(answer, baseUrl + request.path);
    },
  };
}

function toResponse({ url, ...answer }: HopAnswer, asked: string): TransportResponse {
  return url === asked ? answer : { ...answer, redirectedTo: withoutQuery(url) };
}
