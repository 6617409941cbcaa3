import type { FastifyInstance } from 'fastify';
import type { Transport } from '@omega-tv/protocol';
import { SyncError } from '@omega-tv/types';

/** Carries requests to a server of this process without a socket. */
export function createInMemoryTransport(server: FastifyInstance): Transport {
  return {
    request: async ({ method, path, headers, body, maxResponseBytes, signal }) => {
      signal?.throwIfAborted();
      const answered = server.inject({
        method,
        url: path,
        headers: { ...headers },
        ...(body === undefined ? {} : { payload: Buffer.from(body) }),
      });
      const response = await (signal === undefined ? answered : untilAborted(answered, signal));
      const answer = new Uint8Array(response.rawPayload);
      if (answer.length > maxResponseBytes) {
        throw new SyncError(
          'compression-limit',
          `${method} ${path}: the answer has ${answer.length} bytes; at most ${maxResponseBytes} are read`,
          { size: answer.length, limit: maxResponseBytes },
          { retryable: true },
        );
      }
      return { status: response.statusCode, headers: toHeaders(response.headers), body: answer };
    },
  };
}

function toHeaders(headers: NodeJS.Dict<number | string | string[]>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, String(value)] as const),
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
