import type { ServerOptions } from 'node:https';

/** What a server shows of itself. */
export interface TlsCertificate {
  /** PEM: its own certificate, then those that signed it. */
  readonly cert: string;
  /** PEM. */
  readonly key: string;
}

/**
 * What has Fastify serve https. Its types tell a server of https from one of http, which are one to all
 * that stands on it here: so this names no type.
 */
export function httpsOptions(tls: TlsCertificate | undefined, options: ServerOptions): object {
  return tls === undefined ? {} : { https: { cert: tls.cert, key: tls.key, ...options } };
}
