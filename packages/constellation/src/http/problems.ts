import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { PROBLEM_MEDIA_TYPE } from '@omega-tv/protocol';
import { SyncError } from '@omega-tv/types';
import { problemAnswer, toProblem, UNCACHED } from './handlers/problem-answer.js';
import type { Answer } from './handlers/route.js';

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

/** Sends what a handler answered. */
export function sendAnswer(
  reply: FastifyReply,
  { status, headers, body, refusal }: Answer,
): FastifyReply {
  if (refusal !== undefined) refusals.set(reply.request, refusal);
  return reply
    .code(status)
    .headers(headers)
    .send(Buffer.from(body.buffer, body.byteOffset, body.byteLength));
}

/** Answers with problem details (RFC 9457). */
export function sendProblem(reply: FastifyReply, error: SyncError, status?: number): FastifyReply {
  const options = status === undefined ? {} : { status };
  return sendAnswer(reply, problemAnswer(reply.request, error, options));
}

/** For what is true now only. */
export function uncached(reply: FastifyReply): FastifyReply {
  return reply.headers(UNCACHED);
}

/** Answers what is not HTTP, or too slow, before a request came of it; then hangs up. */
export function answerClientError(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const status = CLIENT_ERROR_STATUSES[error.code ?? ''] ?? 400;
  const shown = new SyncError('protocol', `The request is not readable (${error.message})`, {});
  const body = Buffer.from(JSON.stringify(toProblem(shown, { status })));
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\nContent-Type: ${PROBLEM_MEDIA_TYPE}\r\n` +
      `Content-Length: ${body.length}\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n` +
      body.toString(),
    () => {
      socket.destroy();
    },
  );
}
