import { AxiosHeaders, type AxiosInstance, type AxiosResponse } from 'axios';
import { isSyncError } from '@omega-tv/types';
import { httpPlatform } from '#http-platform';
import type { HttpPlatform } from './http-platform.js';
import type { Hop, HopAnswer } from './hop.js';
import {
  encodingError,
  httpError,
  isStaleConnection,
  networkErrorToSyncError,
} from './network-errors.js';
import { withoutQuery } from './redirects.js';
import { mustNotLeave, tooLarge, unseenRedirect, type Send } from './send.js';

/**
 * Sends with axios, and at once a second time, once, where that does no harm and the connection
 * that it went over had been closed since it was last used.
 */
export function sendWithAxios(instance: AxiosInstance): Send {
  return (hop, deadline) => sendHop(instance, hop, deadline);
}

async function sendHop(
  instance: AxiosInstance,
  hop: Hop,
  deadline: AbortSignal,
): Promise<HopAnswer> {
  const where = `${hop.method} ${withoutQuery(hop.url)}`;
  try {
    return await sendTwice(instance, hop, deadline);
  } catch (error) {
    if (isSyncError(error)) throw error;
    if (deadline.aborted) throw httpError('timeout', where, error);
    if (error instanceof Error && error.message.includes('maxContentLength')) {
      throw tooLarge(where, hop.maxResponseBytes, error);
    }
    throw networkErrorToSyncError(error, where);
  }
}

async function sendTwice(
  instance: AxiosInstance,
  hop: Hop,
  deadline: AbortSignal,
): Promise<HopAnswer> {
  try {
    return await send(instance, hop, deadline);
  } catch (error) {
    const isAgain = hop.isRepeatable === true && !deadline.aborted && isStaleConnection(error);
    if (!isAgain) throw error;
    return send(instance, hop, deadline);
  }
}

async function send(instance: AxiosInstance, hop: Hop, deadline: AbortSignal): Promise<HopAnswer> {
  const { agents } = httpPlatform;
  const own: HttpPlatform['agents'] = instance.defaults;
  const response = await instance.request<ArrayBuffer | Uint8Array>({
    url: hop.url,
    method: hop.method,
    headers: { ...httpPlatform.headers, ...hop.headers },
    ...(hop.body === undefined ? {} : { data: hop.body }),
    httpAgent: own.httpAgent ?? agents.httpAgent,
    httpsAgent: own.httpsAgent ?? agents.httpsAgent,
    responseType: 'arraybuffer',
    adapter: ['http', 'fetch'],
    decompress: true,
    maxContentLength: hop.maxResponseBytes,
    ...(httpPlatform.seesRedirects || mustNotLeave(hop) ? { maxRedirects: 0 } : {}),
    validateStatus: () => true,
    signal: deadline,
  });
  return toAnswer(response, hop);
}

function toAnswer(response: AxiosResponse<ArrayBuffer | Uint8Array>, hop: Hop): HopAnswer {
  const where = `${hop.method} ${withoutQuery(hop.url)}`;
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(AxiosHeaders.from(response.headers as AxiosHeaders))) {
    if (value !== undefined && value !== null) headers[name.toLowerCase()] = String(value);
  }
  if (response.status === 0) throw unseenRedirect(where);
  const encoding = (headers['content-encoding'] ?? 'identity').trim();
  const isDecoded = encoding === '' || encoding.toLowerCase() === 'identity';
  if (httpPlatform.leavesUnknownEncodings && !isDecoded) {
    throw encodingError(
      `${where}: the answer came with the Content-Encoding ${JSON.stringify(encoding.slice(0, 80))}, which was not asked for and cannot be read; a proxy on the way adds it`,
    );
  }
  const { data } = response;
  const body = data instanceof Uint8Array ? data : new Uint8Array(data);
  return { status: response.status, headers, body, url: hop.url };
}
