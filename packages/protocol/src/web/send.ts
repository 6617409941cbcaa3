import { isSyncError } from '@omega-tv/types';
import type { Hop, HopAnswer } from '../http/hop.js';
import { httpError } from '../http/network-errors.js';
import { withoutQuery } from '../http/redirects.js';
import { mustNotLeave, tooLarge, unseenRedirect, type Send } from '../http/send.js';

/** What a page sends with: its own fetch, since axios would be a third of its script. */
export const createSend = (): Send => sendWithFetch;

const sendWithFetch: Send = async (hop, deadline) => {
  const where = `${hop.method} ${withoutQuery(hop.url)}`;
  try {
    return await send(hop, deadline, where);
  } catch (error) {
    if (isSyncError(error)) throw error;
    // A page is told no more than that there was no answer.
    throw httpError(deadline.aborted ? 'timeout' : 'network', where, error);
  }
};

async function send(hop: Hop, signal: AbortSignal, where: string): Promise<HopAnswer> {
  const { method, headers, body, url } = hop;
  const response = await fetch(url, {
    method,
    headers,
    signal,
    redirect: mustNotLeave(hop) ? 'manual' : 'follow',
    ...(body === undefined ? {} : { body: new Uint8Array(body) }),
  });
  if (response.type === 'opaqueredirect') throw unseenRedirect(where);
  const answered: Record<string, string> = {};
  response.headers.forEach((value, name) => {
    answered[name.toLowerCase()] = value;
  });
  return {
    status: response.status,
    headers: answered,
    body: await readBody(response, hop.maxResponseBytes, where),
    url: response.redirected ? response.url : url,
  };
}

/** Reads up to `limit` bytes, and hangs up on more. */
async function readBody(response: Response, limit: number, where: string): Promise<Uint8Array> {
  const reader = response.body?.getReader();
  if (reader === undefined) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.length;
    if (length > limit) {
      reader.cancel().catch(() => undefined);
      throw tooLarge(where, limit);
    }
    chunks.push(value);
  }
  const whole = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}
