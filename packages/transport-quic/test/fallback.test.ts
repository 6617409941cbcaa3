import { describe, expect, it } from '@jest/globals';
import type { Transport, TransportRequest } from '@omega-tv/protocol';
import { SyncError, type HttpFailure } from '@omega-tv/types';
import { describeUnless, syncErrorOf, waitUntil } from '@omega-tv/test-support';
import { createAutoTransport, type QuicTransport, type Way } from '../src/index.js';
import { silenceMs, Watch } from '../src/client/silence.js';
import { createBlockMemory } from '../src/fallback/block-memory.js';
import { relayTo } from './relay.js';
import {
  certificate,
  createCertificate,
  get,
  missing,
  post,
  serve,
  transportTo,
} from './support.js';

const DAY_MS = 24 * 60 * 60 * 1000;
const body = new TextEncoder().encode('https');

function httpsThat(fails?: HttpFailure) {
  const asked: TransportRequest[] = [];
  const transport: Transport = {
    request: (request) => {
      asked.push(request);
      return fails === undefined
        ? Promise.resolve({ status: 200, headers: {}, body })
        : Promise.reject(new SyncError('http', 'https', { reason: fails }));
    },
  };
  return { transport, asked };
}

/** QUIC under the test's control: `silent()` is what its timers would say. */
function controlledQuic() {
  const listeners = new Set<() => void>();
  const ends: ((error?: Error) => void)[] = [];
  const signals: (AbortSignal | undefined)[] = [];
  const state = { isConnected: false };
  const quic: QuicTransport = {
    get isConnected() {
      return state.isConnected;
    },
    ...{ roundTripMs: undefined, lastStart: undefined, rebind: () => Promise.resolve() },
    ...{ disconnect: () => undefined, close: () => Promise.resolve() },
    onSilence: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    request: ({ signal }) =>
      new Promise((resolve, reject) => {
        signals.push(signal);
        signal?.addEventListener('abort', () => {
          reject(signal.reason as Error);
        });
        ends.push((error) => {
          if (error === undefined) resolve({ status: 200, headers: {}, body: new Uint8Array() });
          else reject(error);
        });
      }),
  };
  const silent = (): void => {
    for (const listener of [...listeners]) listener();
  };
  return { quic, state, ends, signals, silent, listeners };
}

function auto(over: ReturnType<typeof controlledQuic>, fails?: HttpFailure) {
  const https = httpsThat(fails);
  const clock = { ms: 5000, nowMs: () => clock.ms };
  const memory = createBlockMemory();
  const ways: Way[] = [];
  const onAnswered = (way: Way): number => ways.push(way);
  const options = { quic: over.quic, https: https.transport, clock, memory, onAnswered };
  return { ...createAutoTransport(options), https, clock, memory, ways };
}

const failure = (reason: HttpFailure): SyncError => new SyncError('http', 'quic', { reason });

describe('the way that a request takes', () => {
  it('is QUIC where that answers (rule 15.12)', async () => {
    const over = controlledQuic();
    const transport = auto(over);
    const answer = transport.request(get('/'));
    await waitUntil(() => over.ends.length === 1);
    over.ends[0]!();
    expect((await answer).body).toHaveLength(0);
    expect(transport.ways).toEqual(['quic']);
    expect(transport.https.asked).toEqual([]);
    expect(over.listeners.size).toBe(0);
  });

  it('is HTTPS as soon as QUIC is silent, and for a day (rules 15.12, 15.13)', async () => {
    const over = controlledQuic();
    const transport = auto(over);
    const answer = transport.request(get('/'));
    await waitUntil(() => over.ends.length === 1);
    expect(transport.https.asked).toHaveLength(0);
    over.silent();
    over.silent();
    expect(Buffer.from((await answer).body).toString()).toBe('https');
    expect(transport.https.asked).toHaveLength(1);
    expect(over.signals[0]?.aborted).toBe(true);
    transport.clock.ms += DAY_MS - 1;
    await transport.request(get('/'));
    expect([over.ends.length, transport.https.asked.length]).toEqual([1, 2]);
    expect(transport.ways).toEqual(['https', 'https']);
    transport.clock.ms += 1;
    const again = transport.request(get('/'));
    await waitUntil(() => over.ends.length === 2);
    over.ends[1]!();
    await again;
    expect(transport.memory.load()).toBeUndefined();
  });

  it.each(['refused', 'reset', 'tls', 'network'] as const)(
    'is HTTPS at once where QUIC says %s (rule 15.12)',
    async (reason) => {
      const over = controlledQuic();
      const transport = auto(over);
      const answer = transport.request(post(body));
      await waitUntil(() => over.ends.length === 1);
      over.ends[0]!(failure(reason));
      await answer;
      expect(transport.ways).toEqual(['https']);
      expect(transport.memory.load()).toEqual({ sinceMs: 5000, untilMs: 5000 + DAY_MS });
    },
  );

  it('is QUIC again at once where the clock went back behind what was kept (rule 15.13)', async () => {
    const over = controlledQuic();
    const transport = auto(over);
    await transport.memory.save({ sinceMs: 6000, untilMs: 6000 + DAY_MS });
    void transport.request(get('/')).catch(() => undefined);
    await waitUntil(() => over.ends.length === 1);
    over.ends[0]!();
  });

  it('is whichever answers first where QUIC is only slow, which is not remembered (rule 15.13)', async () => {
    const over = controlledQuic();
    const transport = auto(over);
    const answer = transport.request(get('/'));
    await waitUntil(() => over.ends.length === 1);
    over.state.isConnected = true;
    over.silent();
    await answer;
    expect(transport.ways).toEqual(['https']);
    expect(transport.memory.load()).toBeUndefined();
  });

  it('is none where both fail, and that is not remembered (rule 15.13)', async () => {
    const over = controlledQuic();
    const transport = auto(over, 'dns');
    const failed = syncErrorOf(transport.request(get('/')));
    await waitUntil(() => over.ends.length === 1);
    over.ends[0]!(failure('refused'));
    expect((await failed).message).toBe('https');
    expect(transport.memory.load()).toBeUndefined();
  });

  it('is HTTPS alone for what may not be repeated, and where there is no QUIC (rule 15.14)', async () => {
    const over = controlledQuic();
    const transport = auto(over);
    await transport.request(post(body, { isRepeatable: false }));
    expect(over.ends).toHaveLength(0);
    const https = httpsThat();
    await createAutoTransport({ quic: undefined, https: https.transport }).request(post(body));
    expect(https.asked).toHaveLength(1);
  });

  it('ends with the reason of its signal, both ways', async () => {
    const over = controlledQuic();
    const transport = auto(over);
    const controller = new AbortController();
    const answer = transport.request(get('/', { signal: controller.signal }));
    await waitUntil(() => over.ends.length === 1);
    controller.abort(new Error('enough'));
    await expect(answer).rejects.toThrow('enough');
    expect(transport.https.asked).toHaveLength(0);
  });

  it.each(['timeout', 'credentials', 'dns'] as const)(
    'is no other where QUIC says %s',
    async (reason) => {
      const over = controlledQuic();
      const transport = auto(over);
      const failed = syncErrorOf(transport.request(get('/')));
      await waitUntil(() => over.ends.length === 1);
      over.ends[0]!(failure(reason));
      expect((await failed).message).toBe('quic');
      expect(transport.https.asked).toHaveLength(0);
    },
  );
});

describe('silence', () => {
  function watched() {
    const due: { work: () => void; delayMs: number; isOff: boolean }[] = [];
    const log: string[] = [];
    const connection = {
      isVerified: true,
      probe: () => log.push('probe'),
      fail: () => log.push('fail'),
    };
    const watch = new Watch({
      connection,
      timer: (work, delayMs) => {
        const timer = { work, delayMs, isOff: false };
        due.push(timer);
        return () => (timer.isOff = true);
      },
      waitMs: () => silenceMs(400),
      onSilence: () => log.push('silence'),
    });
    /** Lets the timer that is set come due; returns how long it took. */
    const next = (): number => {
      const timer = due.pop()!;
      expect(timer.isOff).toBe(false);
      timer.work();
      return timer.delayMs;
    };
    return { watch, connection, next, log };
  }

  it('is 300 ms, or two round trips where that is more (rules 15.7, 15.12)', () => {
    expect([silenceMs(undefined), silenceMs(20), silenceMs(150), silenceMs(400)]).toEqual([
      300, 300, 300, 800,
    ]);
    const { next, log } = watched();
    expect(next() + next()).toBe(800);
    expect(log).toEqual(['probe', 'silence']);
  });

  it('begins anew with each packet, and ends a connection after three (rule 15.7)', () => {
    const { watch, next, log } = watched();
    for (let i = 0; i < 2; i += 1) expect(next() + next()).toBe(800);
    watch.heard();
    log.length = 0;
    for (let i = 0; i < 2; i += 1) expect(next() + next()).toBe(800);
    expect(log).not.toContain('fail');
    next();
    next();
    expect(log.filter((one) => one === 'fail')).toHaveLength(1);
  });

  it('ends no connection that was none yet', () => {
    const { connection, next, log } = watched();
    connection.isVerified = false;
    for (let i = 0; i < 20; i += 1) next();
    expect(log).not.toContain('fail');
  });
});

describeUnless(missing, 'a network on which QUIC does not get through', () => {
  const over = async (port: number, ca = certificate.cert) => {
    const https = httpsThat();
    const quic = await transportTo({ port }, { ca });
    const memory = createBlockMemory();
    return { ...createAutoTransport({ quic, https: https.transport, memory }), https, memory };
  };

  it('is one that drops UDP (rule 15.12)', async () => {
    const { port } = await serve();
    const transport = await over((await relayTo(port, () => false)).port);
    expect((await transport.request(post(body))).body).toEqual(body);
    expect(transport.memory.load()).toBeDefined();
  });

  it('is one whose server has no QUIC, or another certificate (rule 15.12)', async () => {
    const gone = await serve();
    await gone.close();
    expect((await (await over(gone.port)).request(post(body))).body).toEqual(body);
    const other = await createCertificate();
    const { port } = await serve();
    expect((await (await over(port, other.cert)).request(post(body))).body).toEqual(body);
  });

  it('is one whose middlebox lets the handshake through and nothing after it (rule 15.12)', async () => {
    const { port } = await serve();
    let isDead = false;
    const relay = await relayTo(port, () => !isDead);
    const transport = await over(relay.port);
    await transport.request(get('/'));
    expect(transport.https.asked).toHaveLength(0);
    isDead = true;
    expect((await transport.request(post(body))).body).toEqual(body);
    expect(transport.https.asked).toHaveLength(1);
  });
});
