import { Agent, createServer } from 'node:https';
import axios from 'axios';
import { generate } from 'selfsigned';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { answerBody, deltaOf, globals, listen, protocolTo, serve, syncErrorOf } from './support.js';

describe('https', () => {
  let certificate: { readonly cert: string; readonly private: string };

  beforeAll(async () => {
    certificate = await generate([{ name: 'commonName', value: 'localhost' }], {
      keyType: 'ec',
      extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] }],
    });
  });

  async function serveTls(): Promise<URL> {
    const body = await answerBody();
    const options = { cert: certificate.cert, key: certificate.private };
    const server = createServer(options, (_, response) => response.end(body));
    const url = new URL(await listen(server));
    url.protocol = 'https:';
    url.hostname = 'localhost';
    return url;
  }

  const agentOf = (ca: string): Agent => new Agent({ ca, keepAlive: false });

  it('works with an axios instance that trusts the certificate', async () => {
    const url = await serveTls();
    const instance = axios.create({ httpsAgent: agentOf(certificate.cert) });
    const { globalPatterns } = await protocolTo(url.href, { axios: instance }).sync(deltaOf(1));
    expect(globalPatterns?.version).toBe(globals.version);
  });

  it('is refused as tls where the certificate is not trusted', async () => {
    const error = await syncErrorOf(protocolTo((await serveTls()).href).sync(deltaOf(1)));
    expect(error).toMatchObject({ code: 'http', details: { reason: 'tls' }, retryable: false });
    expect(error.cause).toBeInstanceOf(Error);
    expect(error.message).toContain('certificate');
  });

  it('is refused as tls where the certificate names another host', async () => {
    const url = await serveTls();
    url.hostname = '127.0.0.1';
    const instance = axios.create({ httpsAgent: agentOf(certificate.cert) });
    const error = await syncErrorOf(protocolTo(url.href, { axios: instance }).healthCheck());
    expect(error.details).toEqual({ reason: 'tls' });
  });

  it('is refused as tls where the server speaks plain HTTP', async () => {
    const plain = await serve((_, response) => response.end());
    const error = await syncErrorOf(protocolTo(plain.replace('http:', 'https:')).healthCheck());
    expect(error.details).toEqual({ reason: 'tls' });
  });

  it('is no plain http', async () => {
    const url = await serveTls();
    url.protocol = 'http:';
    expect((await syncErrorOf(protocolTo(url.href).healthCheck())).code).toBe('http');
  });
});
