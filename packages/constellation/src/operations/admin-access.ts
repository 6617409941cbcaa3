import { createHash, timingSafeEqual } from 'node:crypto';
import { isIP } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { SyncError } from '@omega-tv/types';
import { forbidden, unauthenticated } from '../auth/refusals.js';
import { sendProblem } from '../http/problems.js';

const MIN_TOKEN_LENGTH = 16;

type Guard = (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>;

/**
 * Lets in who shows the token (RFC 6750). Where there is none, whoever names this machine by its address:
 * a page of another site that has its name resolve to this machine (DNS rebinding) names itself.
 * @throws SyncError `invalid-config` for a token that is too short to be a secret.
 */
export function createGuard(token: string | undefined): Guard {
  if (token === undefined) {
    return async (request, reply) => {
      if (isThisMachine(request.hostname)) return;
      await sendProblem(reply, forbidden('Without an admin token, ask by address: 127.0.0.1'));
    };
  }
  if (token.length < MIN_TOKEN_LENGTH) {
    const message = `The admin token has ${token.length} characters; expected at least ${MIN_TOKEN_LENGTH}`;
    throw new SyncError('invalid-config', message, { field: 'token' });
  }
  const expected = digest(`Bearer ${token}`);
  return async (request, reply) => {
    const shown = digest(request.headers.authorization ?? '');
    if (timingSafeEqual(shown, expected)) return;
    await sendProblem(reply, unauthenticated('Show the admin token as a bearer token'));
  };
}

function isThisMachine(host: string): boolean {
  return host === 'localhost' || isIP(host.replace(/^\[(.*)\]$/, '$1')) !== 0;
}

/** Of one length, whatever was shown. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
