import { PROBLEM_MEDIA_TYPE, problemFromError, type Problem } from '@omega-tv/protocol';
import { SyncError, type SyncWindow } from '@omega-tv/types';
import { headerOf, type Answer, type RequestHead } from './route.js';

/** A longer offending value is left out: `detail` shows its beginning. */
const MAX_VALUE_LENGTH = 256;

/** A path may be as long as all headers of a request. */
const MAX_DETAIL_LENGTH = 1024;

/** For what is true now only: without a word of the server, a cache may keep even a 404. */
export const UNCACHED = { 'cache-control': 'no-store' } as const;

export interface ProblemOptions {
  /** Default: as the error's code says. */
  readonly status?: number;
  /** When the TV may come back. */
  readonly window?: SyncWindow;
}

/** Answers with problem details (RFC 9457). */
export function problemAnswer(
  head: Pick<RequestHead, 'headers'>,
  refusal: SyncError,
  options: ProblemOptions = {},
): Answer {
  const problem = toProblem(refusal, options);
  const { retryAfterMs } = refusal;
  return {
    status: problem.status,
    headers: {
      ...UNCACHED,
      'content-type': PROBLEM_MEDIA_TYPE,
      ...(problem.status === 401 ? { 'www-authenticate': challengeFor(head) } : {}),
      ...(retryAfterMs === undefined
        ? {}
        : { 'retry-after': String(Math.ceil(retryAfterMs / 1000)) }),
    },
    body: Buffer.from(JSON.stringify(problem)),
    refusal,
  };
}

export function toProblem(error: SyncError, { status, window }: ProblemOptions = {}): Problem {
  const { value, detail = '', ...problem } = problemFromError(error, window);
  const isShort = value !== undefined && JSON.stringify(value).length <= MAX_VALUE_LENGTH;
  return {
    ...problem,
    status: status ?? problem.status,
    detail: detail.slice(0, MAX_DETAIL_LENGTH),
    ...(isShort ? { value } : {}),
  };
}

/** What to show, and whether what was shown is wrong (RFC 6750 section 3). */
function challengeFor(head: Pick<RequestHead, 'headers'>): string {
  const challenge = 'Bearer realm="omega-tv"';
  const isShown = headerOf(head, 'authorization') !== undefined;
  return isShown ? `${challenge}, error="invalid_token"` : challenge;
}

/** More bytes than are read. */
export function tooLarge(size: number, limit: number): SyncError<'compression-limit'> {
  const message = `The body has at least ${size} bytes; at most ${limit} are read`;
  return new SyncError('compression-limit', message, { size, limit });
}

/** For what is the server's fault: the cause is for its operator, not for the client. */
export function serverFailed(cause: unknown): SyncError<'http'> {
  return new SyncError('http', 'The server failed', { reason: 'server-error' }, { cause });
}
