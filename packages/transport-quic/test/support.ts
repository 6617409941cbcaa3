import { generate } from 'selfsigned';
import { onTestFinished } from '@omega-tv/test-support';
import {
  createQuicTransport,
  missingQuic,
  startQuicServer,
  type QuicHandler,
  type QuicServer,
  type QuicServerOptions,
  type QuicTransport,
  type QuicTransportOptions,
} from '../src/index.js';
import type { TransportRequest } from '@omega-tv/protocol';

/** Why QUIC is not tested here; undefined where it is. */
export const missing = await missingQuic();

export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** For localhost and 127.0.0.1 unless told otherwise. */
export async function createCertificate(
  names: readonly string[] = ['localhost', '127.0.0.1'],
): Promise<Certificate> {
  const altNames = names.map((name) =>
    /^[\d.]+$/.test(name) ? ({ type: 7, ip: name } as const) : ({ type: 2, value: name } as const),
  );
  const made = await generate([{ name: 'commonName', value: names[0] ?? '' }], {
    keyType: 'ec',
    extensions: [{ name: 'subjectAltName', altNames }],
  });
  return { cert: made.cert, key: made.private };
}

export const certificate = await createCertificate();

/** Answers what it is asked. */
export const echo: QuicHandler = {
  respond: ({ method, path, headers, body = new Uint8Array() }) =>
    Promise.resolve({ status: 200, headers: { ...headers, 'x-asked': `${method} ${path}` }, body }),
};

export async function serve(options: Partial<QuicServerOptions> = {}): Promise<QuicServer> {
  const server = await startQuicServer({ handler: echo, certificate, closeGraceMs: 0, ...options });
  onTestFinished(() => server.close());
  return server;
}

export async function transportTo(
  { port }: Pick<QuicServer, 'port'>,
  options: Partial<QuicTransportOptions> = {},
): Promise<QuicTransport> {
  const baseUrl = `https://localhost:${port}`;
  const transport = await createQuicTransport({ baseUrl, ca: certificate.cert, ...options });
  onTestFinished(() => transport.close());
  return transport;
}

export function get(path: string, options: Partial<TransportRequest> = {}): TransportRequest {
  return {
    method: 'GET',
    path,
    headers: {},
    timeoutMs: 30_000,
    maxResponseBytes: 100_000,
    ...options,
  };
}

export function post(body: Uint8Array, options: Partial<TransportRequest> = {}): TransportRequest {
  return get('/api/v1/sync', { method: 'POST', body, isRepeatable: true, ...options });
}
