import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { onTestFinished, syncErrorOf } from '@omega-tv/test-support';
import type { Hop } from '../src/http/hop.js';
import { createSend } from '../src/web/send.js';

const send = createSend();
const never = new AbortController().signal;

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/base`;
}

function hop(url: string, more: Partial<Hop> = {}): Hop {
  return { method: 'GET', path: '', url, headers: {}, maxResponseBytes: 100, ...more };
}

describe('what a page sends with', () => {
  it('carries method, headers and body, and brings status, headers and body back', async () => {
    const url = await serve((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        response.writeHead(418, { 'X-Kind': String(request.headers['x-asked']) });
        response.end(Buffer.concat([Buffer.from(request.method ?? ''), ...chunks]));
      });
    });
    const body = Uint8Array.of(0, 255, 7);
    const answer = await send(
      hop(url, { method: 'POST', body, headers: { 'X-Asked': 'a' } }),
      never,
    );
    expect(answer).toMatchObject({ status: 418, url });
    expect(answer.headers['x-kind']).toBe('a');
    expect([...answer.body]).toEqual([...Buffer.from('POST'), ...body]);
  });

  it('abandons what is larger than the limit, and hangs up', async () => {
    let hungUp: (value?: unknown) => void = () => undefined;
    const ended = new Promise((resolve) => {
      hungUp = resolve;
    });
    const url = await serve((_, response) => {
      response.once('close', hungUp);
      const more = (): void => {
        if (response.write('x'.repeat(60))) setImmediate(more);
      };
      more();
    });
    const error = await syncErrorOf(send(hop(url), never));
    expect(error).toMatchObject({ code: 'compression-limit', details: { limit: 100 } });
    await ended;
  });

  it('calls an end by its deadline a timeout, and no answer a fault of the network', async () => {
    const url = await serve(() => undefined);
    const deadline = new AbortController();
    const asked = send(hop(url), deadline.signal);
    deadline.abort();
    expect(await syncErrorOf(asked)).toMatchObject({ details: { reason: 'timeout' } });
    const dropped = await serve((request) => request.socket.destroy());
    expect(await syncErrorOf(send(hop(dropped), never))).toMatchObject({
      details: { reason: 'network' },
      retryable: true,
    });
  });

  it('follows redirects of plain requests, and says where the answer came from', async () => {
    const url = await serve((request, response) => {
      if (request.url === '/base') response.writeHead(302, { location: '/other' }).end();
      else response.end('there');
    });
    const answer = await send(hop(url), never);
    expect(answer).toMatchObject({ status: 200, url: url.replace('/base', '/other') });
  });
});
