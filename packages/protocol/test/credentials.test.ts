import { inspect } from 'node:util';
import type { RequestListener } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { isSyncError, SyncError, type Logger } from '@omega-tv/types';
import {
  ConstellationProtocol,
  createAxiosTransport,
  problemFromError,
  type AxiosTransportOptions,
} from '../src/index.js';
import { clock, deltaOf, format, protocolTo, serve, syncErrorOf } from './support.js';

const SECRET = 'eyJhbGciOiJFZERTQSJ9.secret';

/** Lets in who bears this token; lists what came. */
async function guarded(token: string): Promise<{ url: string; seen: (string | undefined)[] }> {
  const seen: (string | undefined)[] = [];
  const url = await serve((request, response) => {
    request.resume();
    seen.push(request.headers.authorization);
    if (request.headers.authorization === `Bearer ${token}`) response.end('{"version":3}');
    else response.writeHead(401).end();
  });
  return { url, seen };
}

describe('a token (rule 3.12)', () => {
  it('is asked before each request, and borne by it', async () => {
    const { url, seen } = await guarded('two');
    const tokens = ['two', 'two', 'three'];
    const protocol = protocolTo(url, {
      credentials: { token: () => Promise.resolve(tokens.shift() ?? '') },
    });
    expect(await protocol.getGlobalVersion()).toBe(3);
    expect(await protocol.getGlobalVersion()).toBe(3);
    expect(seen).toEqual(['Bearer two', 'Bearer two']);
  });

  it('that is refused is refreshed, once', async () => {
    let [current, refreshed] = ['old', 0];
    const credentials = {
      token: () => Promise.resolve(current),
      refresh: () => {
        refreshed += 1;
        current = 'new';
        return Promise.resolve();
      },
    };
    const { url, seen } = await guarded('new');
    expect(await protocolTo(url, { credentials }).getGlobalVersion()).toBe(3);
    expect(seen).toEqual(['Bearer old', 'Bearer new']);
    const other = await guarded('another');
    const error = await syncErrorOf(protocolTo(other.url, { credentials }).getGlobalVersion());
    expect(error).toMatchObject({ details: { status: 401 }, retryable: true });
    expect(other.seen).toEqual(['Bearer new', 'Bearer new']);
    expect(refreshed).toBe(2);
  });

  it('that cannot be refreshed is refused at once', async () => {
    const { url, seen } = await guarded('new');
    const credentials = { token: () => Promise.resolve('old') };
    await syncErrorOf(protocolTo(url, { credentials }).getGlobalVersion());
    expect(seen).toHaveLength(1);
  });

  it.each([
    ['rejects', () => Promise.reject(new Error(`no ${SECRET}`))],
    [
      'throws',
      () => {
        throw new Error(`no ${SECRET}`);
      },
    ],
    ['gives none', () => Promise.resolve(undefined as unknown as string)],
    ['gives an empty one', () => Promise.resolve('')],
    ['gives a header more', () => Promise.resolve(`${SECRET}\r\nX-Admin: yes`)],
  ])('whose hook %s: nothing is sent, and it is tried again later', async (_, token) => {
    const { url, seen } = await guarded('new');
    const error = await syncErrorOf(protocolTo(url, { credentials: { token } }).getGlobalVersion());
    expect(error).toMatchObject({
      code: 'http',
      details: { reason: 'credentials' },
      retryable: true,
    });
    expect(inspect(error, { depth: Infinity })).not.toContain(SECRET);
    expect(seen).toEqual([]);
  });

  it('whose hook never answers ends with the time of the request', async () => {
    const credentials = { token: () => new Promise<string>(() => undefined) };
    const protocol = protocolTo('http://127.0.0.1:1', { credentials, timeoutMs: 20 });
    expect((await syncErrorOf(protocol.healthCheck())).details).toEqual({ reason: 'timeout' });
  });
});

describe('headers of the host', () => {
  it('go with each request, and do not replace those of the protocol', async () => {
    const seen: unknown[] = [];
    const url = await serve(({ headers }, response) => {
      seen.push([headers['x-api-key'], headers['x-sync-version']]);
      response.writeHead(503).end();
    });
    const headers = { 'X-Api-Key': 'k', 'X-Sync-Version': '99' };
    await syncErrorOf(protocolTo(url, { headers }).sync(deltaOf(1)));
    expect(seen).toEqual([['k', '6']]);
  });

  it.each([
    [{ 'X Key': 'v' }],
    [{ 'X-Key': `${SECRET}\n` }],
    [{ 'X-Key': 7 as unknown as string }],
  ])('that cannot be sent are refused: %j', (headers) => {
    let thrown: unknown;
    try {
      createAxiosTransport({ baseUrl: 'http://tv.example.com', headers });
    } catch (error) {
      thrown = error;
    }
    expect(isSyncError(thrown, 'invalid-config') && thrown.details.field).toBe('headers');
    expect(inspect(thrown)).not.toContain(SECRET);
  });
});

describe('secrets stand in no error, no cause and no log (rule 3.12)', () => {
  const echo: RequestListener = (request, response) => {
    request.resume();
    response.writeHead(500).end(`you sent ${JSON.stringify(request.headers)}`);
  };
  const echoProblem: RequestListener = ({ headers }, response) => {
    const error = new SyncError('protocol', `you sent ${headers.authorization ?? ''}`, {});
    response.writeHead(415).end(JSON.stringify(problemFromError(error)));
  };
  const breakOff: RequestListener = (request) => {
    request.socket.resetAndDestroy();
  };
  const promiseMore: RequestListener = (_, response) => {
    response.writeHead(200, { 'Content-Length': 99_999 }).end('x');
  };
  const flood: RequestListener = (_, response) => {
    response.end(Buffer.alloc(100_000));
  };
  const redirect: RequestListener = ({ headers }, response) => {
    const location = `http://other.invalid/?${headers.authorization ?? ''}`;
    response.writeHead(302, { Location: location }).end();
  };

  it.each([
    ['an answer that repeats it', echo],
    ['a problem that repeats it', echoProblem],
    ['a broken connection', breakOff],
    ['a broken answer', promiseMore],
    ['an answer that is too large', flood],
    ['a redirect', redirect],
    [
      'a refusal',
      (_: unknown, response: Parameters<RequestListener>[1]) => response.writeHead(401).end(),
    ],
  ])('of %s', async (_, listener) => {
    const url = await serve(listener);
    const logged: unknown[] = [];
    const log = (...line: unknown[]): void => void logged.push(line);
    const logger: Logger = { debug: log, info: log, warn: log, error: log };
    const options: AxiosTransportOptions = {
      baseUrl: url,
      headers: { 'X-Api-Key': SECRET },
      credentials: { token: () => Promise.resolve(SECRET), refresh: () => Promise.resolve() },
    };
    const transport = createAxiosTransport(options);
    const protocol = new ConstellationProtocol({ transport, format, clock, logger });
    const error = await syncErrorOf(protocol.sync(deltaOf(1)));
    const depths = { depth: Infinity, showHidden: true };
    for (const text of [inspect(error, depths), inspect(logged, depths), JSON.stringify(error)]) {
      expect(text).not.toContain(SECRET);
    }
  });
});
