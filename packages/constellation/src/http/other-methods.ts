import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { SyncError } from '@omega-tv/types';
import { sendProblem } from './problems.js';

/** Answers every method but these with 405, before its body is read (RFC 9110 section 15.5.6). */
export function refuseOtherMethods(
  app: FastifyInstance,
  url: string,
  allowed: readonly string[],
): void {
  const allow = allowed.join(', ');
  const refuse = ({ method, url: path }: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const detail = `${path.split('?')[0] ?? ''} does not take ${method}; it takes ${allow}`;
    reply.header('Allow', allow);
    return sendProblem(reply, new SyncError('protocol', detail, {}), 405);
  };
  app.route({
    url,
    method: app.supportedMethods.filter((method) => !allowed.includes(method)),
    onRequest: (request, reply, _done) => {
      refuse(request, reply);
    },
    handler: refuse,
  });
}
