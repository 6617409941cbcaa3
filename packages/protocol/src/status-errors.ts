import { SyncError, type HttpFailure } from '@omega-tv/types';
import { ERROR_TABLE, isRetryable, situationOfStatus } from './error-table.js';
import type { TransportResponse } from './http/transport.js';
import { errorFromProblem, waitAsked } from './problem.js';

const MAX_SHOWN_BODY = 200;
/** About who may, whatever a problem beside it says of the body. */
const ABOUT_CREDENTIALS: ReadonlySet<number> = new Set([401, 403]);

/**
 * Maps an answer that is not 2xx.
 * @param localVersion the version that the request named.
 */
export function statusToSyncError(
  response: TransportResponse,
  where: string,
  localVersion: number,
): SyncError {
  const { status, headers } = response;
  const text = new TextDecoder().decode(response.body);
  const body = parseJson(text);
  const afterMs = parseRetryAfter(headers['retry-after'], headers.date);
  const isAboutBody = !ABOUT_CREDENTIALS.has(status);
  const problem = isAboutBody ? errorFromProblem(body, localVersion, afterMs) : undefined;
  if (problem !== undefined) return problem;
  if (status === 409) {
    return new SyncError(
      'version-conflict',
      `${where} answered 409: it holds another version than ${localVersion}`,
      { local: localVersion, remote: NaN },
      { retryable: isRetryable('refusal/version-conflict') },
    );
  }
  const situation = situationOfStatus(status);
  const shown = text === '' ? '' : `: ${text.slice(0, MAX_SHOWN_BODY)}`;
  return new SyncError(
    'http',
    `${where} answered ${status} (${ERROR_TABLE[situation].means})${shown}`,
    { reason: reasonOf(status), status },
    { retryable: isRetryable(situation), ...waitAsked(body, afterMs) },
  );
}

function reasonOf(status: number): HttpFailure {
  if (status === 511) return 'portal';
  if (status >= 500) return 'server-error';
  return status >= 400 ? 'client-error' : 'redirect';
}

/**
 * Seconds, or a date (RFC 9110 section 10.2.3). A date is read against the server's own clock, as its
 * Date header tells it: the clock of a TV may be years away.
 */
function parseRetryAfter(value: string | undefined, date: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const isSeconds = /^\d+$/.test(value.trim());
  const ms = isSeconds ? Number(value) * 1000 : Date.parse(value) - Date.parse(date ?? '');
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
