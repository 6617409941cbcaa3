import type { RequestListener } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { SyncError, type SyncErrorCode } from '@omega-tv/types';
import { PROBLEM_MEDIA_TYPE, problemFromError } from '../src/index.js';
import { NOW_MS, deltaOf, protocolTo, serve, syncErrorOf } from './support.js';

type Answer = readonly [status: number, body?: string, headers?: Record<string, string>];

function listenerOf([status, body = '', headers = {}]: Answer): RequestListener {
  return (_, response) => {
    response.writeHead(status, headers).end(body);
  };
}

async function errorFor(...answer: Answer): Promise<SyncError> {
  return syncErrorOf(protocolTo(await serve(listenerOf(answer))).sync(deltaOf(1)));
}

describe('an error status without a problem', () => {
  it.each([
    [400, 'client-error', false],
    [401, 'client-error', true],
    [403, 'client-error', true],
    [404, 'client-error', false],
    [408, 'client-error', true],
    [413, 'client-error', false],
    [415, 'client-error', false],
    [422, 'client-error', false],
    [425, 'client-error', true],
    [429, 'client-error', true],
    [500, 'server-error', true],
    [502, 'server-error', true],
    [503, 'server-error', true],
    [504, 'server-error', true],
    [511, 'portal', true],
  ])('%d is http %s, retryable %s', async (status, reason, retryable) => {
    for (const body of ['', 'plain text', '<html>', '{"error":"no"}', '{"type":7}', 'null']) {
      const error = await errorFor(status, body);
      expect(error).toMatchObject({ code: 'http', details: { reason, status }, retryable });
      expect(error.retryAfterMs).toBeUndefined();
      expect(error.message).toContain(`POST /api/v1/sync answered ${status}`);
      expect(error.message).toContain(body);
    }
  });

  it('shows the beginning of a long body only', async () => {
    expect((await errorFor(500, 'x'.repeat(5000))).message.length).toBeLessThan(300);
  });

  it('409 is a version conflict, and the remote version is not known', async () => {
    const error = await errorFor(409, 'conflict');
    expect(error).toMatchObject({ code: 'version-conflict', retryable: true });
    expect(error.details).toEqual({ local: 6, remote: NaN });
  });

  it('304 is no success: nothing was asked under a condition', async () => {
    expect(await errorFor(304)).toMatchObject({
      code: 'http',
      details: { reason: 'redirect', status: 304 },
      retryable: false,
    });
  });
});

describe('Retry-After', () => {
  it.each([
    ['7', 7000],
    ['0', 0],
    [' 7 ', 7000],
    [new Date(NOW_MS + 90_000).toUTCString(), 90_000],
    [new Date(NOW_MS - 90_000).toUTCString(), 0],
    ['soon', undefined],
    ['', undefined],
  ])('%j is %s ms by the clock of the server (rule 3.9)', async (value, expected) => {
    for (const status of [429, 503]) {
      const date = new Date(NOW_MS).toUTCString();
      const error = await errorFor(status, '', { 'Retry-After': value, Date: date });
      expect(error.retryAfterMs).toBe(expected);
      expect(error.retryable).toBe(true);
    }
  });

  it('as a date says nothing where the server does not say what time it has (rule 3.9)', async () => {
    const url = await serve((_, response) => {
      response.sendDate = false;
      response.writeHead(503, { 'Retry-After': new Date(NOW_MS + 90_000).toUTCString() }).end();
    });
    expect((await syncErrorOf(protocolTo(url).healthCheck())).retryAfterMs).toBeUndefined();
  });
});

it.each([401, 403])(
  '%d says nothing of the body, whatever the problem beside it',
  async (status) => {
    const refusal = new SyncError('invalid-pattern', 'no', { path: 'x', value: 0, limit: '1' });
    const problem = { ...problemFromError(refusal), status };
    const error = await errorFor(status, JSON.stringify(problem), { 'Retry-After': '3' });
    expect(error).toMatchObject({
      code: 'http',
      details: { reason: 'client-error', status },
      retryable: true,
      retryAfterMs: 3000,
    });
  },
);

describe('a problem', () => {
  const problemHeaders = { 'Content-Type': PROBLEM_MEDIA_TYPE, 'Retry-After': '3' };
  const errors: readonly SyncError[] = [
    new SyncError('serialization', 'the body is not UTF-8', { path: 'timestamp' }),
    new SyncError('compression', 'no zstd frame', {}),
    new SyncError('protocol', 'another media type', {}),
    new SyncError('version-conflict', 'newer here', { local: 9, remote: 12 }),
    new SyncError('compression-limit', 'too large', { size: 3000, limit: 2048 }),
    new SyncError('invalid-pattern', 'too many samples', {
      path: 'patterns[0].sample_count',
      value: 0,
      limit: 'must be >= 1',
    }),
  ];

  it.each(errors.map((error) => [error.code, error] as const))(
    'of type %s comes back as the error that it names (rule 3.3)',
    async (code: SyncErrorCode, error) => {
      const problem = problemFromError(error);
      expect(problem.type).toBe(`urn:omega-tv:problem:${code}`);
      const read = await errorFor(problem.status, JSON.stringify(problem), problemHeaders);
      expect(read).toMatchObject({ code, details: error.details, retryAfterMs: 3000 });
      expect(read.retryable).toBe(
        ['version-conflict', 'compression', 'serialization'].includes(code),
      );
      expect(read.message).toBe(`The Constellation refused the request: ${error.message}`);
    },
  );

  it.each(['http', 'invalid-config', 'weather', 'toString', '__proto__'])(
    'of type %s is read from its status',
    async (code) => {
      const problem = { type: `urn:omega-tv:problem:${code}`, title: 'no', status: 503 };
      expect(await errorFor(503, JSON.stringify(problem), problemHeaders)).toMatchObject({
        code: 'http',
        details: { reason: 'server-error', status: 503 },
        retryable: true,
        retryAfterMs: 3000,
      });
    },
  );

  it('of another vendor is read from its status', async () => {
    const problem = { type: 'https://example.com/quota', title: 'no', status: 403 };
    expect((await errorFor(403, JSON.stringify(problem))).code).toBe('http');
  });

  it.each([
    ['version-conflict', { local: 6, remote: NaN }],
    ['compression-limit', { size: NaN, limit: NaN }],
    ['invalid-pattern', { path: '', value: undefined, limit: '' }],
    ['serialization', {}],
  ])('of type %s without its members', async (code, details) => {
    const problem = { type: `urn:omega-tv:problem:${code}`, title: 'The title', status: 409 };
    const error = await errorFor(409, JSON.stringify(problem));
    expect(error).toMatchObject({ code, details });
    expect(error.message).toContain('The title');
  });

  it('says what a server must not tell: nothing of its own settings', () => {
    const error = new SyncError('invalid-config', 'the server is set up wrongly', { field: 'x' });
    expect(problemFromError(error).status).toBe(500);
  });

  it('keeps its status where the details of the error name another', () => {
    const details = { reason: 'server-error', status: 999 } as const;
    expect(problemFromError(new SyncError('http', 'no', details)).status).toBe(503);
  });
});
