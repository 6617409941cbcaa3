import axios from 'axios';
import { describe, expect, it } from '@jest/globals';
import { stubEnv } from '@omega-tv/test-support';
import { answerBody, deltaOf, globals, protocolTo, serve } from './support.js';

const PROXY_VARIABLES = ['http_proxy', 'https_proxy', 'no_proxy', 'all_proxy'];

function setEnvironment(variables: Readonly<Record<string, string>>): void {
  for (const name of PROXY_VARIABLES) {
    stubEnv(name, undefined);
    stubEnv(name.toUpperCase(), undefined);
  }
  for (const [name, value] of Object.entries(variables)) stubEnv(name, value);
}

/** A proxy that answers for the host it is asked for, and lists what it was asked. */
async function serveProxy(): Promise<{ url: string; asked: string[] }> {
  const body = await answerBody();
  const asked: string[] = [];
  const url = await serve((request, response) => {
    asked.push(`${request.method!} ${request.url!}`);
    request.resume();
    request.on('end', () => response.end(body));
  });
  return { url, asked };
}

describe('a proxy', () => {
  it('of the environment carries the request', async () => {
    const { url, asked } = await serveProxy();
    for (const name of ['HTTP_PROXY', 'http_proxy']) {
      setEnvironment({ [name]: url });
      const { globalPatterns } = await protocolTo('http://tv.invalid/base').sync(deltaOf(1));
      expect(globalPatterns?.version).toBe(globals.version);
    }
    const line = 'POST http://tv.invalid/base/api/v1/sync';
    expect(asked).toEqual([line, line]);
  });

  it('is left out for the hosts of NO_PROXY', async () => {
    const { url, asked } = await serveProxy();
    const body = await answerBody();
    const direct = await serve((_, response) => response.end(body));
    setEnvironment({ HTTP_PROXY: url, NO_PROXY: '127.0.0.1,tv.example.com' });
    await protocolTo(direct).sync(deltaOf(1));
    expect(asked).toEqual([]);
  });

  it('may be set on an axios instance, or ruled out', async () => {
    const { url, asked } = await serveProxy();
    setEnvironment({});
    const { hostname: host, port } = new URL(url);
    const proxied = axios.create({ proxy: { protocol: 'http', host, port: Number(port) } });
    await protocolTo('http://tv.invalid', { axios: proxied }).sync(deltaOf(1));
    expect(asked).toEqual(['POST http://tv.invalid/api/v1/sync']);
    const body = await answerBody();
    const direct = await serve((_, response) => response.end(body));
    setEnvironment({ HTTP_PROXY: url });
    await protocolTo(direct, { axios: axios.create({ proxy: false }) }).sync(deltaOf(1));
    expect(asked).toHaveLength(1);
  });
});
