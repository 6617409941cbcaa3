import { randomUUID } from 'node:crypto';
import { FRAME_MEDIA_TYPE } from '@omega-tv/compression';
import {
  ExchangeLog,
  type Answer,
  type AnsweredRequest,
  type ConstellationServer,
  type TlsCertificate,
} from '@omega-tv/constellation';
import type { Logger } from '@omega-tv/types';
import { PATHS } from '@omega-tv/protocol';
import {
  startQuicServer,
  type AnsweredQuicRequest,
  type QuicHandler,
  type QuicServer,
} from '@omega-tv/transport-quic';

export interface QuicOptions {
  readonly app: ConstellationServer;
  readonly certificate: TlsCertificate;
  readonly host: string;
  readonly port: number;
  readonly ratePerAddress: number;
  readonly count: (answered: AnsweredRequest) => void;
  readonly logger: Logger;
  /** Of so many exchanges that went well one is logged. */
  readonly logEvery: number;
}

const REQUEST_ID = 'x-request-id';

/** Serves over QUIC what is served over HTTP, and counts and logs it alike. */
export function serveQuic(options: QuicOptions): Promise<QuicServer> {
  const { app, certificate, host, port, ratePerAddress, count, logger, logEvery } = options;
  const log = new ExchangeLog(logEvery);
  const handler: QuicHandler<Answer> = {
    respond: async (request) => {
      const answer = await app.respond(request);
      return { ...answer, headers: { ...answer.headers, [REQUEST_ID]: randomUUID() } };
    },
  };
  return startQuicServer<Answer>({
    ...{ handler, certificate, host, port },
    limits: { perAddress: ratePerAddress },
    onAnswered: (exchange) => {
      const { protocol: _, code: __, ...answered } = toAnsweredRequest(exchange);
      const { headers, refusal } = exchange.answer;
      count(toAnsweredRequest(exchange));
      log.note(logger, { reqId: headers[REQUEST_ID], ...answered }, refusal);
    },
  });
}

function toAnsweredRequest(exchange: AnsweredQuicRequest<Answer>): AnsweredRequest {
  const { request, answer, durationMs } = exchange;
  const { route = 'none', status, refusal } = answer;
  return {
    ...{ method: request.method, route, status, durationMs, transport: 'quic' },
    receivedBytes: request.body?.length ?? 0,
    sentBytes: answer.body.length,
    ...(refusal === undefined ? protocolOf(answer) : { code: refusal.code }),
  };
}

function protocolOf({ route, status, headers }: Answer): Pick<AnsweredRequest, 'protocol'> {
  if (route !== PATHS.sync || status !== 200) return {};
  return { protocol: headers['content-type'] === FRAME_MEDIA_TYPE ? 'v2' : 'v1' };
}
