import { createServer, request, type IncomingHttpHeaders, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from '@omega-tv/test-support';
import type { Listening, Wait } from '../src/index.js';

export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** False where the connection broke in mid-body. */
  readonly isWhole: boolean;
}

/** A server that answers each request with its number and what it got, and lists them. */
export async function startServer(): Promise<{ url: string; port: number; seen: Seen[] }> {
  const seen: Seen[] = [];
  const listener: RequestListener = (incoming, response) => {
    const { method = '', url: path = '', headers } = incoming;
    let body = '';
    const note = (isWhole: boolean): void =>
      void seen.push({ method, path, headers, body, isWhole });
    incoming.on('data', (chunk: Buffer) => (body += chunk.toString()));
    incoming.on('error', () => {
      note(false);
    });
    incoming.on('end', () => {
      note(true);
      response.setHeader('X-Server', 'yes');
      response.end(`answer ${seen.length} to ${body}`);
    });
  };
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, port, seen };
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Posts; rejects where the answer is not whole. */
export function post(url: string, body: string, signal?: AbortSignal): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const settings = { method: 'POST', agent: false, ...(signal === undefined ? {} : { signal }) };
    const sent = request(`${url}/path?query`, settings, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', reject);
      response.on('end', () => {
        const { statusCode: status = 0, headers } = response;
        resolve({ status, headers, body: Buffer.concat(chunks) });
      });
    });
    sent.on('error', reject).end(body);
  });
}

/** Ends a proxy with the test. */
export async function closing(starting: Promise<Listening>): Promise<Listening> {
  const proxy = await starting;
  onTestFinished(() => proxy.close());
  return proxy;
}

/** Waits no time, and lists how long it would have been. */
export function noWait(): { wait: Wait; waits: number[] } {
  const waits: number[] = [];
  return { waits, wait: (ms) => Promise.resolve(waits.push(ms)) };
}
