import type { HttpFailure, SyncErrorCode } from '@omega-tv/types';

/**
 * What a TV does after an error: `retryable`, it comes back by itself; `permanent`, someone has to
 * change something first; `conflict`, it goes again in another form, at once where it can; `portal`,
 * it comes back, and a viewer may have to log in to the network.
 */
export type ErrorKind = 'retryable' | 'permanent' | 'conflict' | 'portal';

export interface ErrorRow {
  readonly kind: ErrorKind;
  /** For people: what happened, and what to do. */
  readonly means: string;
}

/** Statuses that are told apart from the others of 400 to 499. */
type ClientStatus = 401 | 403 | 408 | 425 | 429;

/**
 * Where an error came from, and what it is: `http`, no answer of a Constellation came, or one whose
 * status says all; `refusal`, a problem of this protocol; `answer`, a success that cannot be read;
 * `local`, nothing was sent.
 */
export type ErrorSituation =
  | `http/${HttpFailure | ClientStatus | 'redirect-elsewhere'}`
  | `refusal/${Exclude<SyncErrorCode, 'http' | 'invalid-config'>}`
  | `answer/${Exclude<SyncErrorCode, 'http' | 'invalid-config'>}`
  | `local/${Exclude<SyncErrorCode, 'http' | 'version-conflict' | 'protocol'>}`;

const retryable = (means: string): ErrorRow => ({ kind: 'retryable', means });
const permanent = (means: string): ErrorRow => ({ kind: 'permanent', means });

/** Every way in which a request can fail; what `SyncError.retryable` says is read from here. */
export const ERROR_TABLE: Readonly<Record<ErrorSituation, ErrorRow>> = {
  'http/dns': retryable(
    'its host name could not be resolved; check the URL, the network and the proxy settings',
  ),
  'http/refused': retryable('nothing listens there; check the port and that the server runs'),
  'http/reset': retryable('the connection broke before the answer was complete'),
  'http/timeout': retryable('no complete answer came in time'),
  'http/network': retryable('the network failed'),
  'http/tls': permanent(
    'the TLS handshake failed; check the certificate, the clock and the scheme',
  ),
  'http/redirect': permanent('it redirects to where a TV does not follow'),
  'http/redirect-elsewhere': retryable(
    'it redirects to another host for now: the login page of a network, or a server that moved',
  ),
  'http/portal': {
    kind: 'portal',
    means: 'this looks like a login page of the network; log in to it, or check the URL',
  },
  'http/credentials': retryable('the credentials hook gave no token'),
  'http/server-error': retryable('it failed'),
  'http/client-error': permanent('it refused the request'),
  'http/401': retryable('it does not take the credentials; renew them'),
  'http/403': retryable('it does not let this TV in; check what the credentials allow'),
  'http/408': retryable('the request came too slowly'),
  'http/425': retryable('it came too early'),
  'http/429': retryable('too many requests came'),

  'refusal/serialization': retryable('the body arrived damaged, or its envelope is wrong'),
  'refusal/compression': retryable('the body arrived damaged'),
  'refusal/protocol': permanent('the two sides speak different protocols'),
  'refusal/version-conflict': {
    kind: 'conflict',
    means: 'the server does not know the base; the delta goes again without it',
  },
  'refusal/compression-limit': permanent('the body is too large for this server'),
  'refusal/invalid-pattern': permanent('a pattern breaks a rule; it becomes a dead letter'),

  'answer/serialization': retryable('the answer arrived damaged'),
  'answer/compression': retryable('the answer arrived damaged, or in an encoding of a proxy'),
  'answer/protocol': retryable('what answered is no Constellation, or another version of one'),
  'answer/version-conflict': retryable('the answer is a diff to another snapshot'),
  'answer/compression-limit': retryable('the answer is too large'),
  'answer/invalid-pattern': retryable('a pattern in the answer breaks a rule'),

  'local/serialization': permanent('the delta cannot be written; correct it'),
  'local/compression': permanent('the delta cannot be compressed'),
  'local/compression-limit': permanent('the delta does not fit one message; split it'),
  'local/invalid-pattern': permanent('a pattern breaks a rule; correct it'),
  'local/invalid-config': permanent('an option cannot work; correct it'),
};

/** Whether the same call may succeed later without a change. */
export function isRetryable(situation: ErrorSituation): boolean {
  return ERROR_TABLE[situation].kind !== 'permanent';
}

const CLIENT_STATUSES: ReadonlySet<number> = new Set([401, 403, 408, 425, 429]);

/** The row of an error status; redirects that were not followed are one too. */
export function situationOfStatus(status: number): `http/${HttpFailure | ClientStatus}` {
  if (status === 511) return 'http/portal';
  if (status >= 500) return 'http/server-error';
  if (status < 400) return 'http/redirect';
  return isClientStatus(status) ? `http/${status}` : 'http/client-error';
}

function isClientStatus(status: number): status is ClientStatus {
  return CLIENT_STATUSES.has(status);
}
