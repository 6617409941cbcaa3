import type { Transport, TransportResponse } from '@omega-tv/protocol';
import { SyncError } from '@omega-tv/types';
import type { Responder } from './handlers/responder.js';
import type { IncomingRequest } from './handlers/route.js';

/**
 * Carries requests to a server of this process without a socket, as it would come out of one: answers
 * are copies, and an abort gives up waiting only.
 */
export function createInMemoryTransport(server: Pick<Responder, 'respond'>): Transport {
  return {
    request: async ({ method, path, headers, body, maxResponseBytes, signal }) => {
      signal?.throwIfAborted();
      const request: IncomingRequest = {
        ...{ method, path, headers: inLowerCase(headers) },
        ...(body === undefined ? {} : { body: Uint8Array.from(body) }),
      };
      const answered = server.respond(request);
      const answer = await (signal === undefined ? answered : untilAborted(answered, signal));
      const size = answer.body.length;
      if (size <= maxResponseBytes) return toResponse(answer);
      throw new SyncError(
        'compression-limit',
        `${method} ${path}: the answer has ${size} bytes; at most ${maxResponseBytes} are read`,
        { size, limit: maxResponseBytes },
        { retryable: true },
      );
    },
  };
}

function toResponse({ status, headers, body }: TransportResponse): TransportResponse {
  const length = { 'content-length': String(body.length) };
  return { status, headers: { ...headers, ...length }, body: Uint8Array.from(body) };
}

function inLowerCase(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value] as const),
  );
}

/** Gives up waiting, not the request: as over a network, it may have been handled. */
function untilAborted<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      reject(signal.reason as Error);
    };
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => {
      signal.removeEventListener('abort', abort);
    });
  });
}
