import type { IncomingHttpHeaders } from 'node:http';
import axios, { AxiosError, type AxiosInstance, type InternalAxiosRequestConfig } from 'axios';
import { describe, expect, it } from '@jest/globals';
import { ConstellationProtocol, createAxiosTransport } from '../src/index.js';
import {
  answerBody,
  clock,
  deltaOf,
  format,
  globals,
  serve,
  protocolTo,
  syncErrorOf,
} from './support.js';

/** Redirects each request, with its path, below another URL; lists what came. */
async function redirector(status: number, base: () => string) {
  const seen: string[] = [];
  const url = await serve((request, response) => {
    seen.push(`${request.method!} ${request.url!}`);
    request.resume();
    response.writeHead(status, { Location: base() + request.url! }).end();
  });
  return { url, seen };
}

/** A Constellation elsewhere; lists the headers that arrive. */
async function target() {
  const body = await answerBody();
  const seen: IncomingHttpHeaders[] = [];
  const url = await serve((request, response) => {
    seen.push(request.headers);
    const isPush = request.method === 'POST';
    request.resume();
    request.on('end', () => response.end(isPush ? body : '{"version":41,"status":"ok"}'));
  });
  return { url, seen };
}

/** The same machine by another name. */
const byName = (url: string): string => url.replace('127.0.0.1', 'localhost');

describe('a push', () => {
  it.each([307, 308])('follows %d on its host with its body (rule 3.4)', async (status) => {
    const { url: to, seen } = await target();
    const { url } = await redirector(status, () => to);
    const { globalPatterns, result } = await protocolTo(url).sync(deltaOf(1));
    expect(globalPatterns?.version).toBe(globals.version);
    expect(seen.map((headers) => headers['content-length'])).toEqual([String(result.bytesSent)]);
    expect(seen[0]).toHaveProperty('x-device-id', 'tv-1');
  });

  it.each([307, 308])('follows %d to no other host (rule 3.7)', async (status) => {
    const { url: to, seen } = await target();
    const { url } = await redirector(status, () => byName(to));
    const error = await syncErrorOf(protocolTo(url).sync(deltaOf(1)));
    expect(error).toMatchObject({ code: 'http', details: { reason: 'redirect', status } });
    expect(error.message).toContain(`it redirects to ${byName(to)}/api/v1/sync`);
    expect(error.message).toContain('to another host');
    expect(error.message).toContain(`set its URL to ${byName(to)}`);
    expect(error.retryable).toBe(status === 307);
    expect(seen).toEqual([]);
  });

  it.each([301, 302, 303])(
    'does not follow %d, and says where it leads (rule 3.7)',
    async (status) => {
      const { url: to, seen } = await target();
      const { url } = await redirector(status, () => to);
      const error = await syncErrorOf(protocolTo(`${url}/base`).sync(deltaOf(1)));
      expect(error).toMatchObject({ details: { reason: 'redirect', status }, retryable: false });
      expect(error.message).toContain(`POST ${url}/base/api/v1/sync answered ${status}`);
      expect(error.message).toContain(`it redirects to ${to}/base/api/v1/sync`);
      expect(error.message).toContain(`set its URL to ${to}/base`);
      expect(seen).toEqual([]);
    },
  );

  it('that is sent to a login page says so, without what its address holds (rule 3.7)', async () => {
    const url = await serve((_, response) => {
      response.writeHead(302, { Location: 'http://login.invalid/start?mac=secret' }).end();
    });
    const error = await syncErrorOf(protocolTo(url).sync(deltaOf(1)));
    expect(error).toMatchObject({ details: { reason: 'redirect' }, retryable: true });
    expect(error.message).toContain('http://login.invalid/start, and a push');
    expect(error.message).toContain('login page');
    expect(error.message).not.toContain('secret');
  });

  it.each(['ftp://127.0.0.1/', 'javascript:alert(1)', 'http://[', 'file:///etc/passwd'])(
    'does not follow to %s (rule 3.7)',
    async (location) => {
      const url = await serve((_, response) => {
        response.writeHead(307, { Location: location }).end();
      });
      expect(await syncErrorOf(protocolTo(url).sync(deltaOf(1)))).toMatchObject({
        details: { reason: 'redirect', status: 307 },
        retryable: false,
      });
    },
  );

  it('takes no name and password from where it is redirected to (rule 3.7)', async () => {
    const { url: to, seen } = await target();
    const { url } = await redirector(307, () => to.replace('//', '//user:secret@'));
    await protocolTo(url).sync(deltaOf(1));
    expect(seen[0]).not.toHaveProperty('authorization');
    const { url: away } = await redirector(307, () => 'http://user:secret@other.invalid');
    const { message } = await syncErrorOf(protocolTo(away).sync(deltaOf(1)));
    expect(message).toContain('http://other.invalid/api/v1/sync');
    expect(message).not.toContain('secret');
  });

  it('is redirected five times at most (rule 3.4)', async () => {
    const { url, seen } = await redirector(307, () => '');
    expect(await syncErrorOf(protocolTo(url).sync(deltaOf(1)))).toMatchObject({
      code: 'http',
      details: { reason: 'redirect' },
      retryable: false,
    });
    expect(seen).toHaveLength(6);
  });
});

describe('a GET', () => {
  it.each([301, 302, 303, 307, 308])('follows %d (rule 3.7)', async (status) => {
    const { url: to } = await target();
    const { url } = await redirector(status, () => to);
    expect(await protocolTo(url).getGlobalVersion()).toBe(41);
  });

  it('to another host leaves its private headers behind (rule 3.7)', async () => {
    const { url: to, seen } = await target();
    for (const base of [to, byName(to)]) {
      const { url } = await redirector(307, () => base);
      const credentials = { token: () => Promise.resolve('token-of-a-tv') };
      const headers = { 'X-Api-Key': 'key-of-a-tv' };
      const protocol = protocolTo(url, { headers, credentials });
      expect(await protocol.getGlobalVersion()).toBe(41);
    }
    const [same, other] = seen;
    expect(same).toMatchObject({
      authorization: 'Bearer token-of-a-tv',
      'x-api-key': 'key-of-a-tv',
    });
    expect(JSON.stringify(other)).not.toContain('of-a-tv');
  });
});

it('an error names the URL that a request was redirected to (rule 3.7)', async () => {
  const broken = await serve((request, response) => {
    request.resume();
    response.writeHead(500).end();
  });
  const { url } = await redirector(307, () => broken);
  const { message } = await syncErrorOf(protocolTo(url).sync(deltaOf(1)));
  expect(message).toContain(`POST ${broken}/api/v1/sync answered 500`);
  const { url: toNothing } = await redirector(307, () => 'http://127.0.0.1:1');
  const refused = await syncErrorOf(protocolTo(toNothing).sync(deltaOf(1)));
  expect(refused.details).toEqual({ reason: 'refused' });
  expect(refused.message).toContain('POST http://127.0.0.1:1/api/v1/sync: ');
});

describe('neither goes from https to http (rule 3.7)', () => {
  /** Answers as a server would over TLS: the adapter below the instance is another one. */
  function answering(location: string): { instance: AxiosInstance; urls: string[] } {
    const urls: string[] = [];
    const instance = axios.create();
    instance.interceptors.request.use((config: InternalAxiosRequestConfig) => {
      config.adapter = (sent) => {
        urls.push(sent.url ?? '');
        if (urls.length > 1) return Promise.reject(new AxiosError('sent in clear'));
        const headers = { location };
        const data = new ArrayBuffer(0);
        return Promise.resolve({ status: 307, statusText: '', headers, data, config: sent });
      };
      return config;
    });
    return { instance, urls };
  }

  it('not on the same host either', async () => {
    for (const send of ['sync', 'getGlobalVersion'] as const) {
      const { instance, urls } = answering('http://tv.example.com/api/v1/sync');
      const transport = createAxiosTransport({
        baseUrl: 'https://tv.example.com',
        axios: instance,
      });
      const protocol = new ConstellationProtocol({ transport, format, clock });
      const sent = send === 'sync' ? protocol.sync(deltaOf(1)) : protocol.getGlobalVersion();
      const error = await syncErrorOf(sent);
      expect(error).toMatchObject({
        details: { reason: 'redirect', status: 307 },
        retryable: false,
      });
      expect(error.message).toContain('from https to http');
      expect(urls).toHaveLength(1);
    }
  });
});
