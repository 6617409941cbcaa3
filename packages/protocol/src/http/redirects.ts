import { SyncError } from '@omega-tv/types';
import { isRetryable } from '../error-table.js';
import type { Hop, HopAnswer } from './hop.js';

const MAX_REDIRECTS = 5;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
/** Those that keep the method and the body (RFC 9110 section 15.4). */
const KEEP_METHOD: ReadonlySet<number> = new Set([307, 308]);
/** Those that are for this once: another try may be answered. */
const TEMPORARY: ReadonlySet<number> = new Set([302, 303, 307]);
/** What another host may get to see. */
const HARMLESS_HEADERS: ReadonlySet<string> = new Set(['accept', 'accept-encoding']);

/**
 * Sends a request, and again to where it is redirected: a push by 307 and 308 on the same host, a
 * GET by all, without its private headers where the host is another one; neither from https to http.
 * @throws SyncError `http`, reason `redirect`, for any other redirect.
 */
export async function followRedirects(
  first: Hop,
  send: (hop: Hop) => Promise<HopAnswer>,
): Promise<HopAnswer> {
  let hop = first;
  for (let followed = 0; ; followed += 1) {
    const answer = await send(hop);
    const location = REDIRECTS.has(answer.status) ? answer.headers.location : undefined;
    if (location === undefined) return answer;
    const { status } = answer;
    if (followed === MAX_REDIRECTS) {
      throw redirectError(hop, status, `it redirects more than ${MAX_REDIRECTS} times`);
    }
    hop = nextHop(hop, status, location, first.path);
  }
}

function nextHop(hop: Hop, status: number, location: string, path: string): Hop {
  const from = new URL(hop.url);
  const to = parseUrl(location, hop.url);
  if (to === undefined || !/^https?:$/.test(to.protocol)) {
    throw redirectError(hop, status, 'it redirects to no http or https URL');
  }
  const isSameHost = to.hostname === from.hostname;
  const isWeaker = from.protocol === 'https:' && to.protocol === 'http:';
  if (isWeaker) throw refusal(hop, status, to, path, 'from https to http');
  if (hop.method === 'GET') {
    return { ...hop, url: to.href, headers: isSameHost ? hop.headers : harmless(hop.headers) };
  }
  if (!KEEP_METHOD.has(status)) {
    throw refusal(hop, status, to, path, 'by another status than 307 and 308');
  }
  if (!isSameHost) throw refusal(hop, status, to, path, 'to another host');
  return { ...hop, url: to.href };
}

/** True for an answer of the host that the request was meant for. */
export function isOfHost(url: string, { url: answered }: HopAnswer): boolean {
  return new URL(url).hostname === new URL(answered).hostname;
}

/** An address for people; a query may hold anything. */
export function withoutQuery(url: string): string {
  return url.replace(/[?#].*$/, '');
}

function refusal(hop: Hop, status: number, to: URL, path: string, how: string): SyncError {
  const shown = withoutQuery(to.href);
  const [wanted = path] = path.split('?');
  const base = shown.endsWith(wanted) ? shown.slice(0, -wanted.length) : undefined;
  const isElsewhere = to.hostname !== new URL(hop.url).hostname && TEMPORARY.has(status);
  const advice =
    base === undefined
      ? 'where that is a login page of the network, log in; else check the URL of the Constellation'
      : `if the Constellation lives there now, set its URL to ${base}`;
  const what = hop.method === 'POST' ? 'a push' : 'a request';
  const message = `it redirects to ${shown}, and ${what} does not follow ${how}; ${advice}`;
  return redirectError(
    hop,
    status,
    message,
    isElsewhere ? 'http/redirect-elsewhere' : 'http/redirect',
  );
}

function redirectError(
  { method, url }: Hop,
  status: number,
  problem: string,
  situation: 'http/redirect' | 'http/redirect-elsewhere' = 'http/redirect',
): SyncError<'http'> {
  const message = `${method} ${withoutQuery(url)} answered ${status}: ${problem}`;
  return new SyncError(
    'http',
    message,
    { reason: 'redirect', status },
    { retryable: isRetryable(situation) },
  );
}

/** A name and a password in it would be sent, and shown: they are left out. */
function parseUrl(location: string, base: string): URL | undefined {
  try {
    return Object.assign(new URL(location, base), { username: '', password: '' });
  } catch {
    return undefined;
  }
}

function harmless(headers: Hop['headers']): Hop['headers'] {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (HARMLESS_HEADERS.has(name.toLowerCase())) kept[name] = value;
  }
  return kept;
}
