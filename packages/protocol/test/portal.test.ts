import { describe, expect, it } from '@jest/globals';
import { startHttpProxy } from '@omega-tv/fault-proxy';
import { onTestFinished } from '@omega-tv/test-support';
import type { ConstellationProtocol } from '../src/index.js';
import { deltaOf, protocolTo, serve, syncErrorOf } from './support.js';

const requests: readonly (readonly [string, (to: ConstellationProtocol) => Promise<unknown>])[] = [
  ['a push', (to) => to.sync(deltaOf(1))],
  ['the version', (to) => to.getGlobalVersion()],
  ['a snapshot', (to) => to.getSnapshot('/api/v1/snapshots/global/1')],
  ['the health check', (to) => to.healthCheck()],
];

describe('the login page of a network in place of an answer (rule 3.8)', () => {
  it.each(requests)('is named as one: %s', async (_, send) => {
    for (const status of [200, 511] as const) {
      const schedule = () => ({ kind: 'portal', status }) as const;
      const proxy = await startHttpProxy({ target: 'http://127.0.0.1:1', schedule });
      onTestFinished(() => proxy.close());
      const error = await syncErrorOf(send(protocolTo(proxy.url)));
      expect(error).toMatchObject({
        code: 'http',
        details: { reason: 'portal', status },
        retryable: true,
      });
      expect(error.message).toContain('looks like a login page of the network');
    }
  });

  it.each([
    ['text/html', 'Welcome'],
    ['Text/HTML; charset=iso-8859-1', ''],
    ['application/xhtml+xml', '<x/>'],
    ['application/octet-stream', '<!DOCTYPE html><html>'],
    ['text/plain', '\n  <html lang="en">'],
    ['', '\ufeff<head><meta http-equiv="refresh">'],
    ['', '<script>location = "http://login"</script>'],
    ['', '<?xml version="1.0"?><WISPAccessGatewayParam/>'],
  ])('is one as %j: %j', async (type, body) => {
    const url = await serve((request, response) => {
      request.resume();
      if (type !== '') response.setHeader('Content-Type', type);
      response.end(body);
    });
    const error = await syncErrorOf(protocolTo(url).healthCheck());
    expect(error.details).toEqual({ reason: 'portal', status: 200 });
  });

  it('is found behind a redirect, and the error names where (rule 3.7)', async () => {
    const page = await serve((_, response) => {
      response.setHeader('Content-Type', 'text/html').end('<html>');
    });
    const url = await serve((_, response) => {
      response.writeHead(302, { Location: `${page}/login?id=7` }).end();
    });
    const error = await syncErrorOf(protocolTo(url).healthCheck());
    expect(error.details).toEqual({ reason: 'portal', status: 200 });
    expect(error.message).toContain(`GET ${page}/login answered a page`);
  });

  it('is no error page: a status says what it is', async () => {
    const url = await serve((_, response) => {
      response.writeHead(502, { 'Content-Type': 'text/html' }).end('<html>Bad Gateway');
    });
    const error = await syncErrorOf(protocolTo(url).healthCheck());
    expect(error.details).toEqual({ reason: 'server-error', status: 502 });
  });
});
