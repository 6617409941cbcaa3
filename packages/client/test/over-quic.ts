import { generate } from 'selfsigned';
import type { ConstellationServer } from '@omega-tv/constellation';
import { onTestFinished } from '@omega-tv/test-support';
import { createQuicTransport, startQuicServer, type QuicTransport } from '@omega-tv/transport-quic';

interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** For localhost. */
export async function createCertificate(): Promise<Certificate> {
  const altNames = [{ type: 2, value: 'localhost' } as const];
  const made = await generate([{ name: 'commonName', value: 'localhost' }], {
    keyType: 'ec',
    extensions: [{ name: 'subjectAltName', altNames }],
  });
  return { cert: made.cert, key: made.private };
}

/** To a server on this machine; closed with the test. @param ca its certificate, PEM. */
export async function quicTo(port: number, ca: string): Promise<QuicTransport> {
  const transport = await createQuicTransport({ baseUrl: 'https://localhost', port, ca });
  onTestFinished(() => transport.close());
  return transport;
}

/** Reaches a server in this process over QUIC; both ends are closed with the test. */
export async function carriedByQuic(handler: ConstellationServer): Promise<QuicTransport> {
  const certificate = await createCertificate();
  const server = await startQuicServer({ handler, certificate, closeGraceMs: 0 });
  onTestFinished(() => server.close());
  return quicTo(server.port, certificate.cert);
}
