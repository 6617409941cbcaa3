import { Agent, request, type IncomingMessage, type RequestOptions } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import { FRAME_MEDIA_TYPE } from '@omega-tv/compression';
import type { Poll, Push } from './tvs.js';

/** What a run over HTTP came to. */
export interface LoadResult {
  readonly answered: number;
  readonly failed: number;
  readonly seconds: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly bytesUp: number;
  readonly bytesDown: number;
}

export interface Target {
  readonly url: string;
  readonly connections: number;
}

/** Sends pushes as fast as they are answered, over so many connections. */
export async function runClosed(
  { url, connections }: Target,
  seconds: number,
  next: () => Push | Poll,
): Promise<LoadResult> {
  const run = new Run(url, connections);
  const endMs = performance.now() + 1000 * seconds;
  const senders = Array.from({ length: connections }, async () => {
    while (performance.now() < endMs) await run.send(next());
  });
  await Promise.all(senders);
  return run.finish();
}

/** Sends so many pushes a second, whether those before are answered or not. */
export async function runPaced(
  { url, connections }: Target,
  seconds: number,
  perSecond: number,
  next: () => Push,
): Promise<LoadResult> {
  const run = new Run(url, connections);
  const startMs = performance.now();
  const total = Math.round(seconds * perSecond);
  const sent: Promise<void>[] = [];
  for (let i = 0; i < total; i += 1) {
    const dueMs = startMs + (1000 * i) / perSecond;
    const waitMs = dueMs - performance.now();
    if (waitMs > 0) await setTimeout(waitMs);
    sent.push(run.send(next()));
  }
  await Promise.all(sent);
  return run.finish();
}

class Run {
  readonly #url: URL;
  readonly #agent: Agent;
  readonly #startMs = performance.now();
  readonly #timesMs: number[] = [];
  #failed = 0;
  #bytesUp = 0;
  #bytesDown = 0;

  constructor(url: string, connections: number) {
    this.#url = new URL(url);
    this.#agent = new Agent({ keepAlive: true, maxSockets: connections });
  }

  async send(what: Push | Poll): Promise<void> {
    const startMs = performance.now();
    const asked = 'path' in what ? this.#get(what.path) : this.#post(what);
    const status = await asked.catch(() => 0);
    this.#bytesUp += 'path' in what ? 0 : what.body.length;
    if (status === 200) this.#timesMs.push(performance.now() - startMs);
    else this.#failed += 1;
  }

  finish(): LoadResult {
    this.#agent.destroy();
    const times = this.#timesMs.sort((a, b) => a - b);
    const at = (share: number): number => times[Math.floor(share * (times.length - 1))] ?? 0;
    return {
      answered: times.length,
      failed: this.#failed,
      seconds: (performance.now() - this.#startMs) / 1000,
      p50Ms: at(0.5),
      p99Ms: at(0.99),
      bytesUp: this.#bytesUp,
      bytesDown: this.#bytesDown,
    };
  }

  #post({ body, token }: Push): Promise<number> {
    const headers = {
      'content-type': FRAME_MEDIA_TYPE,
      'content-length': body.length,
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    };
    return this.#request(this.#url, { method: 'POST', headers }, body);
  }

  #get(path: string): Promise<number> {
    return this.#request(new URL(path, this.#url), { method: 'GET' });
  }

  #request(url: URL, options: RequestOptions, body?: Uint8Array): Promise<number> {
    return new Promise((resolve, reject) => {
      const sent = request(url, { ...options, agent: this.#agent });
      sent.on('error', reject);
      sent.on('response', (response: IncomingMessage) => {
        response.on('data', (chunk: Buffer) => {
          this.#bytesDown += chunk.length;
        });
        response.on('error', reject);
        response.on('end', () => {
          resolve(response.statusCode ?? 0);
        });
      });
      sent.end(body);
    });
  }
}
