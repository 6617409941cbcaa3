import type { Authenticator } from '../../auth/authenticator.js';
import { ANYBODY, type Caller } from '../../auth/caller.js';
import { forbidden, unauthenticated } from '../../auth/refusals.js';
import type { Format } from './negotiation.js';
import { headerOf, type RequestHead } from './route.js';

export interface AdmissionOptions {
  /** Who may push. Default: anybody, under any device id. */
  readonly authenticator?: Authenticator;
  /**
   * Where there is an authenticator: whether v1, which knows no tokens, is let in all the same. What
   * comes so is counted, and joins no cohort. Default: false.
   */
  readonly allowV1?: boolean;
}

/** RFC 6750 section 2.1; the scheme in any case. */
const BEARER = /^bearer +([\x21-\x7e]+) *$/i;

/**
 * Finds out who pushes, before the body is read.
 * @throws SyncError `http`, with status 401 without a token that is taken, 403 for v1 where it is not
 * allowed.
 */
export async function admit(
  head: RequestHead,
  format: Format,
  { authenticator, allowV1 = false }: AdmissionOptions,
): Promise<Caller> {
  if (authenticator === undefined) return ANYBODY;
  if (format === 'v1' && !allowV1) {
    throw forbidden('v1 shows no tokens and is not let in here; update the software of this TV');
  }
  const authorization = headerOf(head, 'authorization');
  const isUnknown = format === 'v1' && authorization === undefined;
  const token = BEARER.exec(authorization ?? '')?.[1];
  if (token === undefined && !isUnknown) {
    throw unauthenticated('A token is needed: Authorization: Bearer <token>');
  }
  const device = token === undefined ? {} : await authenticator.authenticate(token);
  return { ...device, contributes: format !== 'v1' };
}
