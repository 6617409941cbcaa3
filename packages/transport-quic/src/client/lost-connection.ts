import { httpError } from '@omega-tv/protocol';
import type { SyncError } from '@omega-tv/types';
import type { NativeConnection } from '../native/load-quiche.js';

/** A TLS alert as a transport error code (RFC 9001 section 4.8). */
const TLS_ERRORS = { first: 0x100, last: 0x1ff } as const;

/** Why a connection ended that this side did not end. @param where names the request for people. */
export function lostConnection(connection: NativeConnection, where: string): SyncError<'http'> {
  const error = connection.localError() ?? connection.peerError();
  const code = error === null || error.isApp ? 0 : error.errorCode;
  if (connection.isTimedOut()) return httpError('timeout', where);
  if (code < TLS_ERRORS.first || code > TLS_ERRORS.last) return httpError('reset', where);
  const alert = new Error(`TLS alert ${code - TLS_ERRORS.first} (RFC 8446 section 6)`);
  return httpError('tls', where, alert);
}
