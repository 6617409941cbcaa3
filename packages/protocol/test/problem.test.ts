import { describe, expect, it } from '@jest/globals';
import { SyncError, type SyncErrorCode } from '@omega-tv/types';
import { problemFromError, type Problem } from '../src/index.js';
import { errorFromProblem } from '../src/problem.js';
import { statusToSyncError } from '../src/status-errors.js';
import { errorExamples, problemTypes } from './problem-examples.js';

/** The status that each code is answered with. */
const STATUSES: Readonly<Record<SyncErrorCode, number>> = {
  serialization: 400,
  compression: 400,
  'version-conflict': 409,
  'compression-limit': 413,
  protocol: 415,
  'invalid-pattern': 422,
  http: 503,
  'invalid-config': 500,
};

function contractOf(statuses: typeof STATUSES) {
  return Object.fromEntries(
    Object.entries(statuses).map(([code, status]) => [
      code,
      { type: `urn:omega-tv:problem:${code}`, status },
    ]),
  );
}

const codes = Object.keys(errorExamples) as readonly SyncErrorCode[];

function overTheWire(problem: Problem): unknown {
  return JSON.parse(JSON.stringify(problem));
}

/** What a client makes of an answer that carries this problem. */
function read(problem: Problem, headers: Record<string, string> = {}): SyncError {
  const body = new TextEncoder().encode(JSON.stringify(problem));
  return statusToSyncError({ status: problem.status, headers, body }, 'POST /', 6);
}

describe('a code and its problem type', () => {
  it('belong to each other alone (rules 1.7, 3.3)', () => {
    const types = Object.values(problemTypes).map(({ type }) => type);
    expect(new Set(types).size).toBe(codes.length);
    for (const type of types) expect(type).toMatch(/^urn:omega-tv:problem:[a-z-]+$/);
    expect(problemTypes).toEqual(contractOf(STATUSES));
  });

  // The client must not take what is wrong with the server's settings for its own.
  const ofTheServer = ['http', 'invalid-config'];
  it.each(codes.filter((code) => !ofTheServer.includes(code)))('%s comes back whole', (code) => {
    const error = errorExamples[code];
    const back = errorFromProblem(overTheWire(problemFromError(error)), 6);
    expect(back?.code).toBe(code);
    expect(back?.details).toEqual(error.details);
    expect(back?.message).toContain(error.message);
  });

  it.each([
    ['http', 503],
    ['invalid-config', 500],
  ] as const)('%s is a failure of the server, read from its status %i', (code, status) => {
    const problem = problemFromError(errorExamples[code]);
    expect(errorFromProblem(overTheWire(problem), 6)).toBeUndefined();
    expect(read(problem)).toMatchObject({
      code: 'http',
      details: { reason: 'server-error', status },
      retryable: true,
    });
  });
});

describe('a problem about who asks, and how often', () => {
  it.each([401, 403, 429])('has the status %i and the type http, and can be retried', (status) => {
    const refusal = new SyncError('http', 'not now', { reason: 'client-error', status });
    const problem = problemFromError(refusal);
    expect(problem).toMatchObject({ type: 'urn:omega-tv:problem:http', status });
    expect(problem.title).not.toBe(problemFromError(errorExamples.http).title);
    expect(read(problem)).toMatchObject({
      code: 'http',
      details: { reason: 'client-error', status },
      retryable: true,
    });
  });

  it('lets no other status of an error through', () => {
    const passedOn = new SyncError('http', 'gone', { reason: 'client-error', status: 404 });
    expect(problemFromError(passedOn).status).toBe(503);
  });
});

describe('when a TV may come back', () => {
  const window = { minMs: 2500, maxMs: 60_000 };
  const busy = (retryAfterMs?: number): SyncError =>
    new SyncError(
      'http',
      'busy',
      { reason: 'server-error' },
      retryAfterMs === undefined ? {} : { retryAfterMs },
    );

  it('stands in the problem as a window, not before the wait that the error names', () => {
    expect(problemFromError(busy(), window).next_sync).toEqual({ min_ms: 2500, max_ms: 60_000 });
    expect(problemFromError(busy(9000), window).next_sync).toEqual({
      min_ms: 9000,
      max_ms: 60_000,
    });
    expect(problemFromError(busy(1000), window).next_sync).toEqual({
      min_ms: 2500,
      max_ms: 60_000,
    });
    expect(problemFromError(busy(90_000), window).next_sync).toEqual({
      min_ms: 90_000,
      max_ms: 90_000,
    });
    expect(problemFromError(busy(9000))).not.toHaveProperty('next_sync');
  });

  it.each(codes)('is the later of next_sync and Retry-After: %s (rule 11.7)', (code) => {
    const problem = problemFromError(errorExamples[code], window);
    expect(read(problem).retryAfterMs).toBe(2500);
    expect(read(problem, { 'retry-after': '2' }).retryAfterMs).toBe(2500);
    expect(read(problem, { 'retry-after': '3' }).retryAfterMs).toBe(3000);
    const { next_sync: _, ...plain } = problem;
    expect(read(plain, { 'retry-after': '3' }).retryAfterMs).toBe(3000);
    expect(read(plain).retryAfterMs).toBeUndefined();
  });

  it.each(codes)('is a window in the error too, for the TV to draw from: %s (rule 6.6)', (code) => {
    const problem = problemFromError(errorExamples[code], window);
    expect(read(problem).window).toEqual(window);
    const { next_sync: _, ...plain } = problem;
    expect(read(plain, { 'retry-after': '3' }).window).toBeUndefined();
  });

  it('is never in the past, and never of a problem of somebody else', () => {
    const problem = problemFromError(errorExamples.protocol, { minMs: -5, maxMs: 5 });
    expect(read(problem)).toMatchObject({ retryAfterMs: 0, window: { minMs: 0, maxMs: 5 } });
    const type = 'https://example.com/quota';
    expect(read({ ...problem, type }).retryAfterMs).toBeUndefined();
  });
});
