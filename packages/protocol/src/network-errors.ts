import { SyncError, type HttpFailure } from '@omega-tv/types';

/** Node's and axios's error codes, by what went wrong. */
const REASONS: Readonly<Record<string, HttpFailure>> = {
  ENOTFOUND: 'dns',
  EAI_AGAIN: 'dns',
  ECONNREFUSED: 'refused',
  ECONNRESET: 'reset',
  EPIPE: 'reset',
  ETIMEDOUT: 'timeout',
  ECONNABORTED: 'timeout',
  EPROTO: 'tls',
  HOSTNAME_MISMATCH: 'tls',
  ERR_FR_TOO_MANY_REDIRECTS: 'redirect',
};

const TLS_CODE = /^(ERR_TLS|ERR_SSL|CERT_|UNABLE_TO|SELF_SIGNED|DEPTH_ZERO)/;
const TLS_MESSAGE = /certificate|SSL routines|wrong version number/i;

const ADVICE: Readonly<Record<HttpFailure, string>> = {
  dns: 'its host name could not be resolved; check the URL, the network and the proxy settings',
  refused: 'nothing listens there; check the port and that the server runs',
  reset: 'the connection broke before the answer was complete',
  timeout: 'no complete answer came in time',
  tls: 'the TLS handshake failed; check the certificate and the scheme',
  network: 'the network failed',
  redirect: 'it redirects too often',
  'client-error': 'it refused the request',
  'server-error': 'it failed',
};

/** Maps a failure on the way to the server; `where` names the request for people. */
export function networkErrorToSyncError(cause: unknown, where: string): SyncError<'http'> {
  return httpError(networkFailure(cause), where, cause);
}

export function httpError(reason: HttpFailure, where: string, cause?: unknown): SyncError<'http'> {
  const retryable = reason !== 'tls' && reason !== 'redirect';
  const message = `${where}: ${ADVICE[reason]}`;
  return new SyncError('http', message, { reason }, { cause: withoutRequest(cause), retryable });
}

/** An axios error holds the request, all of its settings and its socket: pages in a log. */
function withoutRequest(error: unknown): unknown {
  if (!(error instanceof Error) || !('config' in error)) return error;
  if (error.cause instanceof Error) return withoutRequest(error.cause);
  return Object.assign(new Error(error.message), 'code' in error ? { code: error.code } : {});
}

function networkFailure(error: unknown): HttpFailure {
  for (let at = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth += 1) {
    const code = (at as { code?: unknown }).code;
    const known = typeof code === 'string' ? REASONS[code] : undefined;
    if (known !== undefined) return known;
    if (typeof code === 'string' && TLS_CODE.test(code)) return 'tls';
    if (TLS_MESSAGE.test(at.message)) return 'tls';
    if (/socket hang up|premature close|aborted/i.test(at.message)) return 'reset';
  }
  return 'network';
}
