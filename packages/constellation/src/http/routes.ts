import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ANYBODY, type Caller } from '../auth/caller.js';
import type { Responder } from './handlers/responder.js';
import {
  allowedMethods,
  type IncomingRequest,
  type RequestHead,
  type Route,
} from './handlers/route.js';
import { sendAnswer } from './problems.js';

const CALLER = 'caller';

/** Makes room on each request for who sent it. */
export function addCaller(app: FastifyInstance): void {
  app.decorateRequest(CALLER, null);
}

function callerOf(request: FastifyRequest): Caller {
  return request.getDecorator<Caller | null>(CALLER) ?? ANYBODY;
}

/** What handlers see of a request of Fastify's. */
export function headOf({ method, url, headers }: FastifyRequest): RequestHead {
  return { method, path: url, headers };
}

/** Has Fastify carry requests to the handlers. */
export function addRoutes(app: FastifyInstance, responder: Responder): void {
  for (const route of responder.routes) {
    addRoute(app, route);
    refuseOtherMethods(app, responder, route);
  }
}

function addRoute(app: FastifyInstance, { pattern, method, headers, admit, handle }: Route): void {
  app.route({
    url: pattern,
    method,
    ...(admit === undefined
      ? {}
      : {
          onRequest: async (request: FastifyRequest) => {
            request.setDecorator<Caller>(CALLER, await admit(headOf(request)));
          },
        }),
    handler: async (request, reply) => {
      const answer = await handle(toIncoming(request), callerOf(request));
      if (headers !== undefined) reply.headers(headers);
      return sendAnswer(reply, answer);
    },
  });
}

function toIncoming(request: FastifyRequest): IncomingRequest {
  const { body } = request;
  return { ...headOf(request), ...(body instanceof Uint8Array ? { body } : {}) };
}

/** Before the body is read. */
function refuseOtherMethods(app: FastifyInstance, responder: Responder, route: Route): void {
  const refuse = (request: FastifyRequest, reply: FastifyReply): FastifyReply =>
    sendAnswer(reply, responder.otherMethod(route, headOf(request)));
  const allowed = allowedMethods(route);
  app.route({
    url: route.pattern,
    method: app.supportedMethods.filter((method) => !allowed.includes(method)),
    onRequest: (request, reply, _done) => {
      refuse(request, reply);
    },
    handler: refuse,
  });
}
