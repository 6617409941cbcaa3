import { Type, type Static } from 'typebox';
import { Check } from 'typebox/value';
import {
  isSyncError,
  SyncError,
  type SyncErrorCode,
  type SyncErrorDetails,
  type SyncErrorOptions,
  type SyncWindow,
} from '@omega-tv/types';
import { isRetryable } from './error-table.js';

export const PROBLEM_MEDIA_TYPE = 'application/problem+json';

const TYPE_PREFIX = 'urn:omega-tv:problem:';

/** Problem details (RFC 9457); the members after `detail` depend on the type. */
export const ProblemSchema = Type.Object({
  type: Type.String(),
  title: Type.String(),
  status: Type.Integer(),
  detail: Type.Optional(Type.String()),
  path: Type.Optional(Type.String()),
  value: Type.Optional(Type.Unknown()),
  limit: Type.Optional(Type.Union([Type.String(), Type.Number()])),
  size: Type.Optional(Type.Number()),
  local: Type.Optional(Type.Number()),
  remote: Type.Optional(Type.Number()),
  /** When the TV may come back, in ms from the answer. */
  next_sync: Type.Optional(Type.Object({ min_ms: Type.Number(), max_ms: Type.Number() })),
});

export type Problem = Static<typeof ProblemSchema>;

/** The status and title of each error code that a server may answer with. */
const PROBLEMS = {
  serialization: { status: 400, title: 'The body is not readable' },
  compression: { status: 400, title: 'The body is not a frame of the format' },
  protocol: { status: 415, title: 'The request is not of the protocol' },
  'version-conflict': { status: 409, title: 'The two sides name different versions' },
  'compression-limit': { status: 413, title: 'The body is too large' },
  'invalid-pattern': { status: 422, title: 'A pattern breaks a rule' },
  http: { status: 503, title: 'The server cannot answer now' },
  'invalid-config': { status: 500, title: 'The server is set up wrongly' },
} as const satisfies Record<SyncErrorCode, { status: number; title: string }>;

/** What an `http` error may be besides: about who asks, and how often, not about the body. */
const DOOR_PROBLEMS: Readonly<Record<number, string>> = {
  401: 'The credentials are missing, or are not taken',
  403: 'The credentials do not allow this',
  429: 'Too many requests came',
};

/**
 * What a server answers for an error: for `http` with the error's status where that is 401, 403 or
 * 429, else as the table says.
 * @param window when it wants the TV back; not before the error's own `retryAfterMs`.
 */
export function problemFromError(error: SyncError, window?: SyncWindow): Problem {
  const { status, title } = rowOf(error);
  const problem = { type: TYPE_PREFIX + error.code, title, status, detail: error.message };
  return {
    ...problem,
    ...error.details,
    status,
    ...(window === undefined ? {} : { next_sync: toNextSync(window, error.retryAfterMs) }),
  };
}

function rowOf(error: SyncError): { readonly status: number; readonly title: string } {
  const status = isSyncError(error, 'http') ? error.details.status : undefined;
  const title = DOOR_PROBLEMS[status ?? NaN];
  return status === undefined || title === undefined ? PROBLEMS[error.code] : { status, title };
}

function toNextSync({ minMs, maxMs }: SyncWindow, retryAfterMs = 0) {
  const min_ms = Math.max(minMs, retryAfterMs);
  return { min_ms, max_ms: Math.max(min_ms, maxMs) };
}

/**
 * What a problem tells a client, or undefined when the body is no problem of this protocol, or one
 * that its status tells of.
 * @param localVersion the version that the request named.
 * @param retryAfterMs as the Retry-After header says.
 */
export function errorFromProblem(
  body: unknown,
  localVersion: number,
  retryAfterMs?: number,
): SyncError | undefined {
  if (!isProblem(body)) return undefined;
  const code = body.type.slice(TYPE_PREFIX.length);
  if (!isReadable(code)) return undefined;
  const message = `The Constellation refused the request: ${body.detail ?? body.title}`;
  return new SyncError(code, message, readers[code](body, localVersion), {
    retryable: isRetryable(`refusal/${code}`),
    ...waitAsked(body, retryAfterMs),
  });
}

/**
 * When a server wants a TV back.
 * @param body of its answer; only a problem of this protocol has a window.
 * @param afterMs as the Retry-After header says.
 */
export function waitAsked(
  body: unknown,
  afterMs?: number,
): Pick<SyncErrorOptions, 'retryAfterMs' | 'window'> {
  const asked = isProblem(body) ? body.next_sync : undefined;
  if (asked === undefined) return afterMs === undefined ? {} : { retryAfterMs: afterMs };
  const minMs = Math.max(0, asked.min_ms);
  const window = { minMs, maxMs: Math.max(minMs, asked.max_ms) };
  return { window, retryAfterMs: Math.max(minMs, afterMs ?? 0) };
}

/** True for a problem of this protocol: no other software answers one. */
export function isProblem(body: unknown): body is Problem {
  return Check(ProblemSchema, body) && body.type.startsWith(TYPE_PREFIX);
}

type ReadableCode = Exclude<SyncErrorCode, 'http' | 'invalid-config'>;

/** Status errors without details of their own (`http`, `invalid-config`) are read from the status. */
const readers: {
  [Code in ReadableCode]: (body: Problem, local: number) => SyncErrorDetails[Code];
} = {
  serialization: ({ path }) => (path === undefined ? {} : { path }),
  compression: () => ({}),
  protocol: () => ({}),
  'version-conflict': ({ local, remote }, version) => ({
    local: local ?? version,
    remote: remote ?? NaN,
  }),
  'compression-limit': ({ size, limit }) => ({ size: size ?? NaN, limit: Number(limit) }),
  'invalid-pattern': ({ path, value, limit }) => ({
    path: path ?? '',
    value,
    limit: String(limit ?? ''),
  }),
};

function isReadable(code: string): code is ReadableCode {
  return Object.keys(readers).includes(code);
}
