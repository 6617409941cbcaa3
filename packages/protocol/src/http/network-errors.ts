import { SyncError, type HttpFailure } from '@omega-tv/types';
import { ERROR_TABLE, isRetryable } from '../error-table.js';

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
};

const TLS_CODE = /^(ERR_TLS|ERR_SSL|CERT_|UNABLE_TO|SELF_SIGNED|DEPTH_ZERO)/;
const TLS_MESSAGE = /certificate|SSL routines|wrong version number/i;
/** zlib's and Brotli's. */
const ENCODING_CODE = /^(Z_|ERR_BROTLI|ERR__ERROR_FORMAT)/;
const MAX_CAUSES = 5;

/** Maps a failure on the way to the server; `where` names the request for people. */
export function networkErrorToSyncError(cause: unknown, where: string): SyncError {
  if (codesOf(cause).some((code) => ENCODING_CODE.test(code))) {
    return encodingError(`${where}: the encoded answer arrived damaged`, withoutRequest(cause));
  }
  return httpError(networkFailure(cause), where, cause);
}

/** That no answer came, and why; `where` names the request for people. */
export function httpError(reason: HttpFailure, where: string, cause?: unknown): SyncError<'http'> {
  const message = `${where}: ${ERROR_TABLE[`http/${reason}`].means}`;
  const retryable = isRetryable(`http/${reason}`);
  return new SyncError('http', message, { reason }, { cause: withoutRequest(cause), retryable });
}

/** An answer that came in an encoding which cannot be read. */
export function encodingError(message: string, cause?: unknown): SyncError<'compression'> {
  const retryable = isRetryable('answer/compression');
  return new SyncError('compression', message, {}, { cause, retryable });
}

/** True where the connection had served an earlier request, and was closed since. */
export function isStaleConnection(error: unknown): boolean {
  if (typeof error !== 'object' || error === null || !('request' in error)) return false;
  const { request } = error as { request?: { reusedSocket?: unknown } | null };
  return request?.reusedSocket === true && networkFailure(error) === 'reset';
}

/** An axios error holds the request, all of its settings and its socket: pages in a log. */
function withoutRequest(error: unknown): unknown {
  if (!(error instanceof Error) || !('config' in error)) return error;
  if (error.cause instanceof Error) return withoutRequest(error.cause);
  return Object.assign(new Error(error.message), 'code' in error ? { code: error.code } : {});
}

function networkFailure(error: unknown): HttpFailure {
  for (const at of causesOf(error)) {
    const code = codeOf(at);
    const known = REASONS[code];
    if (known !== undefined) return known;
    if (TLS_CODE.test(code) || TLS_MESSAGE.test(at.message)) return 'tls';
    if (/socket hang up|premature close|aborted/i.test(at.message)) return 'reset';
  }
  return 'network';
}

function codesOf(error: unknown): readonly string[] {
  return causesOf(error).map(codeOf);
}

function codeOf(error: Error): string {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? code : '';
}

/** An error and what caused it, outermost first. */
function causesOf(error: unknown): readonly Error[] {
  const causes: Error[] = [];
  for (let at = error; at instanceof Error && causes.length < MAX_CAUSES; at = at.cause) {
    causes.push(at);
  }
  return causes;
}
