import type { Transport, TransportRequest, TransportResponse } from '@omega-tv/protocol';
import { SyncError } from '@omega-tv/types';

/** What a network, or the server behind it, does to each request until it does something else. */
export const LINES = [
  'works',
  'loses requests',
  'loses answers',
  'doubles requests',
  'shows a login page',
  'redirects',
  'is busy',
  'lets nobody in',
] as const;
export type Line = (typeof LINES)[number];

const lost = new SyncError('http', 'reset', { reason: 'reset' }, { retryable: true });

function page(status: number, headers: Readonly<Record<string, string>> = {}): TransportResponse {
  const body = new TextEncoder().encode('<html>welcome</html>');
  return { status, headers: { 'content-type': 'text/html', ...headers }, body };
}

type Carry = (next: () => Promise<TransportResponse>) => Promise<TransportResponse>;

const CARRY: Readonly<Record<Line, Carry>> = {
  works: (next) => next(),
  'loses requests': () => Promise.reject(lost),
  'loses answers': async (next) => {
    await next();
    throw lost;
  },
  'doubles requests': async (next) => {
    await next();
    return next();
  },
  'shows a login page': () => Promise.resolve(page(200)),
  redirects: () => Promise.resolve(page(302, { location: 'http://login.invalid/' })),
  'is busy': () => Promise.resolve(page(503, { 'retry-after': '600' })),
  'lets nobody in': () => Promise.resolve(page(401)),
};

/** A line to a server that may be replaced, with all that passed kept for a late copy. */
export class BadLine implements Transport {
  now: Line = 'works';
  server: Transport;
  readonly #sent: TransportRequest[] = [];

  constructor(server: Transport) {
    this.server = server;
  }

  request(request: TransportRequest): Promise<TransportResponse> {
    this.#sent.push(request);
    return CARRY[this.now](() => this.server.request(request));
  }

  /** A copy that was held back somewhere arrives; nobody waits for the answer. */
  async arriveLate(which: number): Promise<void> {
    const request = this.#sent[which % Math.max(1, this.#sent.length)];
    if (request === undefined) return;
    const { signal: _, ...copy } = request;
    await this.server.request(copy);
  }
}
