import { SyncError, type HttpFailure } from '@omega-tv/types';
import { errorFromProblem, retryFloorMs } from './problem.js';
import type { TransportResponse } from './transport.js';

/** Client errors that may pass by themselves: timeout, too early, too many requests. */
const RETRYABLE_CLIENT_STATUSES: ReadonlySet<number> = new Set([408, 425, 429]);
const MAX_SHOWN_BODY = 200;

/**
 * Maps an answer that is not 2xx.
 * @param localVersion the version that the request named.
 * @param nowMs Unix ms, for a Retry-After that names a date (RFC 9110 section 10.2.3).
 */
export function statusToSyncError(
  response: TransportResponse,
  where: string,
  localVersion: number,
  nowMs: number,
): SyncError {
  const { status } = response;
  const text = new TextDecoder().decode(response.body);
  const body = parseJson(text);
  const afterMs = parseRetryAfter(response.headers['retry-after'], nowMs);
  const retryAfterMs = retryFloorMs(body, afterMs);
  const problem = errorFromProblem(body, localVersion, afterMs);
  if (problem !== undefined) return problem;
  if (status === 409) {
    return new SyncError(
      'version-conflict',
      `${where} answered 409: it holds another version than ${localVersion}`,
      { local: localVersion, remote: NaN },
      { retryable: true },
    );
  }
  return new SyncError(
    'http',
    `${where} answered ${status}${text === '' ? '' : `: ${text.slice(0, MAX_SHOWN_BODY)}`}`,
    { reason: reasonOf(status), status },
    {
      retryable: status >= 500 || RETRYABLE_CLIENT_STATUSES.has(status),
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    },
  );
}

function reasonOf(status: number): HttpFailure {
  if (status >= 500) return 'server-error';
  return status >= 400 ? 'client-error' : 'redirect';
}

function parseRetryAfter(value: string | undefined, nowMs: number): number | undefined {
  if (value === undefined) return undefined;
  const ms = /^\d+$/.test(value.trim()) ? Number(value) * 1000 : Date.parse(value) - nowMs;
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
