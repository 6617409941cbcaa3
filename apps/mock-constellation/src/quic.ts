import { FRAME_MEDIA_TYPE } from '@omega-tv/compression';
import type {
  Answer,
  AnsweredRequest,
  ConstellationServer,
  TlsCertificate,
} from '@omega-tv/constellation';
import { PATHS } from '@omega-tv/protocol';
import {
  startQuicServer,
  type AnsweredQuicRequest,
  type QuicServer,
} from '@omega-tv/transport-quic';

export interface QuicOptions {
  readonly app: ConstellationServer;
  readonly certificate: TlsCertificate;
  readonly host: string;
  readonly port: number;
  readonly ratePerAddress: number;
  readonly count: (answered: AnsweredRequest) => void;
}

/** Serves over QUIC what is served over HTTP. */
export function serveQuic(options: QuicOptions): Promise<QuicServer> {
  const { app, certificate, host, port, ratePerAddress, count } = options;
  return startQuicServer<Answer>({
    ...{ handler: app, certificate, host, port },
    limits: { perAddress: ratePerAddress },
    onAnswered: (exchange) => {
      count(toAnsweredRequest(exchange));
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
