import { STATUS_CODES, type IncomingHttpHeaders } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { PROBLEM_MEDIA_TYPE, problemFromError, type Problem } from '@omega-tv/protocol';
import { SyncError, type SyncWindow } from '@omega-tv/types';

/** A longer offending value is left out: `detail` shows its beginning. */
const MAX_VALUE_LENGTH = 256;

/** A path may be as long as all headers of a request. */
const MAX_DETAIL_LENGTH = 1024;

/** What Node says of a request that is not HTTP, by its error code; else 400. */
const CLIENT_ERROR_STATUSES: Readonly<Record<string, number>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 408,
  HPE_HEADER_OVERFLOW: 431,
};

/** Why requests were refused, for who observes them. */
const refusals = new WeakMap<FastifyRequest, SyncError>();

/** Why a request was refused; undefined for one that was not. */
export function refusalOf(request: FastifyRequest): SyncError | undefined {
  return refusals.get(request);
}

/** What to show, and whether what was shown is wrong (RFC 6750 section 3). */
function challengeFor({ authorization }: IncomingHttpHeaders): string {
  const challenge = 'Bearer realm="omega-tv"';
  return authorization === undefined ? challenge : `${challenge}, error="invalid_token"`;
}

/** Answers with problem details (RFC 9457). */
export function sendProblem(
  reply: FastifyReply,
  error: SyncError,
  status?: number,
  window?: SyncWindow,
): FastifyReply {
  const problem = toProblem(error, status, window);
  refusals.set(reply.request, error);
  if (problem.status === 401) reply.header('WWW-Authenticate', challengeFor(reply.request.headers));
  if (error.retryAfterMs !== undefined) {
    reply.header('Retry-After', Math.ceil(error.retryAfterMs / 1000));
  }
  return uncached(reply)
    .code(problem.status)
    .type(PROBLEM_MEDIA_TYPE)
    .send(JSON.stringify(problem));
}

/** For what is true now only: without a word of the server, a cache may keep even a 404. */
export function uncached(reply: FastifyReply): FastifyReply {
  return reply.header('Cache-Control', 'no-store');
}

/** Answers what is not HTTP, or too slow, before a request came of it; then hangs up. */
export function answerClientError(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const status = CLIENT_ERROR_STATUSES[error.code ?? ''] ?? 400;
  const shown = new SyncError('protocol', `The request is not readable (${error.message})`, {});
  const body = Buffer.from(JSON.stringify(toProblem(shown, status)));
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\nContent-Type: ${PROBLEM_MEDIA_TYPE}\r\n` +
      `Content-Length: ${body.length}\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n` +
      body.toString(),
    () => {
      socket.destroy();
    },
  );
}

function toProblem(error: SyncError, status?: number, window?: SyncWindow): Problem {
  const { value, detail = '', ...problem } = problemFromError(error, window);
  const isShort = value !== undefined && JSON.stringify(value).length <= MAX_VALUE_LENGTH;
  return {
    ...problem,
    status: status ?? problem.status,
    detail: detail.slice(0, MAX_DETAIL_LENGTH),
    ...(isShort ? { value } : {}),
  };
}
