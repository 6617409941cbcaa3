import { expect, it } from '@jest/globals';
import { describeUnless, syncErrorOf, waitUntil } from '@omega-tv/test-support';
import { createQuicTransport } from '../src/index.js';
import { ClientConnection } from '../src/client/client-connection.js';
import { loadQuiche } from '../src/native/load-quiche.js';
import { createClientConfig } from '../src/native/settings.js';
import { systemTimer } from '../src/connection/timers.js';
import { encodeRequest } from '../src/wire/request.js';
import { packetKinds } from './packets.js';
import { relayTo } from './relay.js';
import {
  certificate,
  createCertificate,
  echo,
  get,
  missing,
  post,
  serve,
  transportTo,
} from './support.js';

const never = new AbortController().signal;

describeUnless(missing, 'a transport over QUIC', () => {
  it('carries a request and its answer, a stream each (rule 15.1)', async () => {
    const transport = await transportTo(await serve());
    const body = Uint8Array.from({ length: 16_384 }, (_, i) => i % 251);
    const answer = await transport.request(post(body, { headers: { 'X-Device-ID': 'kitchen' } }));
    expect(answer.status).toBe(200);
    expect(answer.headers).toEqual({ 'x-device-id': 'kitchen', 'x-asked': 'POST /api/v1/sync' });
    expect(answer.body).toEqual(body);
    const all = await Promise.all(
      Array.from({ length: 30 }, (_, i) => transport.request(get(`/many?${i}`))),
    );
    expect(all.map(({ headers }) => headers['x-asked'])).toEqual(
      Array.from({ length: 30 }, (_, i) => `GET /many?${i}`),
    );
  });

  it('keeps its connection, and resumes by ticket where that is gone (rule 15.5)', async () => {
    const server = await serve();
    const transport = await transportTo(server);
    await transport.request(get('/a?b=c'));
    expect(transport.lastStart).toBe('cold');
    await transport.request(get('/a'));
    expect(transport.lastStart).toBe('warm');
    transport.disconnect();
    await transport.request(get('/a'));
    expect(transport.lastStart).toBe('resumed');
    await waitUntil(() => server.figures().handshakes === 0);
    expect(server.figures()).toMatchObject({ established: 2, resumed: 1 });
    transport.disconnect({ forget: true });
    await transport.request(get('/a'));
    expect(transport.lastStart).toBe('cold');
  });

  it('sends what may be repeated with its first flight, and all else after the handshake (rule 15.6)', async () => {
    for (const isRepeatable of [true, false]) {
      const relay = await relayTo((await serve()).port);
      const transport = await transportTo(relay);
      await transport.request(get('/ticket'));
      transport.disconnect();
      const isEarly = (): boolean =>
        relay.passed.some(({ datagram }) => packetKinds(datagram).includes('early'));
      expect(isEarly()).toBe(false);
      await transport.request(post(new Uint8Array(300), { isRepeatable }));
      expect(transport.lastStart).toBe('resumed');
      expect(isEarly()).toBe(isRepeatable);
    }
  });

  it('is answered 425 for early data that may not be repeated (rule 15.6)', async () => {
    const { port } = await serve();
    const quiche = await loadQuiche();
    const limits = { idleTimeoutMs: 60_000, maxUnreadBytes: 65_536, maxStreams: 0 };
    const shared = {
      ...{ quiche, timer: systemTimer, hostname: 'localhost', onHeard: () => undefined },
      config: createClientConfig(quiche, [certificate.cert], limits),
      remote: { host: '127.0.0.1', port },
    };
    const request = { method: 'GET', path: '/', headers: {}, isRepeatable: false } as const;
    const exchange = {
      message: encodeRequest(request),
      ...{ isRepeatable: true, maxBodyBytes: 1000, where: 'here', signal: never },
    };
    const first = await ClientConnection.open(shared);
    expect((await first.exchange(exchange)).status).toBe(200);
    const { session } = first;
    first.close();
    const second = await ClientConnection.open({ ...shared, session: session! });
    expect((await second.exchange(exchange)).status).toBe(425);
    expect((await second.exchange(exchange)).status).toBe(200);
    second.close();
  });

  it('goes on where a server forgot its tickets (rule 15.5)', async () => {
    const server = await serve();
    const transport = await transportTo(server);
    await transport.request(get('/'));
    transport.disconnect();
    await server.close();
    await serve({ port: server.port });
    const body = new Uint8Array(5000).fill(3);
    const answer = await transport.request(post(body));
    expect(answer.body).toEqual(body);
    expect(transport.lastStart).toBe('cold');
  });

  it('gives a kept connection up that fell silent, and asks again over a new one (rule 15.7)', async () => {
    let isDead = false;
    let asked = 0;
    const handler: typeof echo = {
      respond: (request) => {
        asked += 1;
        return echo.respond(request);
      },
    };
    const first = await serve({ handler });
    const relay = await relayTo(first.port, (_, datagram) => {
      // A long header is the first of a new connection; the old one's packets get nowhere.
      if ((datagram[0]! & 0x80) !== 0) isDead = false;
      return !isDead;
    });
    const transport = await transportTo(relay);
    await transport.request(get('/'));
    isDead = true;
    await transport.request(get('/again'));
    expect(transport.lastStart).toBe('resumed');
    expect(asked).toBe(2);
  });

  it('is reset where a kept connection fell silent and the request may not be repeated (rule 15.7)', async () => {
    let isDead = false;
    const { port } = await serve();
    const transport = await transportTo(await relayTo(port, () => !isDead));
    await transport.request(get('/'));
    isDead = true;
    const error = await syncErrorOf(
      transport.request(post(Uint8Array.of(1), { isRepeatable: false })),
    );
    expect(error).toMatchObject({ code: 'http', details: { reason: 'reset' }, retryable: true });
  });
});

describeUnless(missing, 'who is spoken to over QUIC', () => {
  it('is refused as tls where its certificate is not trusted (rule 15.4)', async () => {
    const transport = await transportTo(await serve(), { ca: (await createCertificate()).cert });
    const error = await syncErrorOf(transport.request(get('/')));
    expect(error).toMatchObject({ code: 'http', details: { reason: 'tls' }, retryable: false });
  });

  it.each(['localhost', '127.0.0.1'])(
    'is refused as tls where its certificate does not name %s (rule 15.4)',
    async (host) => {
      const other = await createCertificate(['tv.example.com', '127.0.0.2']);
      const server = await serve({ certificate: other });
      const baseUrl = `https://${host}:${server.port}`;
      const transport = await transportTo(server, { baseUrl, ca: other.cert });
      const error = await syncErrorOf(transport.request(post(Uint8Array.of(1))));
      expect(error.details).toEqual({ reason: 'tls' });
      expect(server.figures().connections).toBeLessThan(2);
    },
  );

  it('may be an address that the certificate names (rule 15.4)', async () => {
    const server = await serve();
    const transport = await transportTo(server, { baseUrl: `https://127.0.0.1:${server.port}` });
    expect((await transport.request(get('/'))).status).toBe(200);
  });

  it('is trusted as https trusts where nothing else is said (rule 15.4)', async () => {
    const { port } = await serve();
    const transport = await createQuicTransport({ baseUrl: `https://localhost:${port}` });
    const error = await syncErrorOf(transport.request(get('/')));
    expect(error.details).toEqual({ reason: 'tls' });
    await transport.close();
  });

  it('gets a token, and a new one after 401', async () => {
    const shown: (string | undefined)[] = [];
    const handler: typeof echo = {
      respond: (request) => {
        shown.push(request.headers.authorization);
        const status = shown.length === 1 ? 401 : 200;
        return Promise.resolve({ status, headers: {}, body: new Uint8Array() });
      },
    };
    let token = 'first';
    const credentials = {
      token: () => Promise.resolve(token),
      refresh: () => Promise.resolve((token = 'second')),
    };
    const transport = await transportTo(await serve({ handler }), { credentials });
    expect((await transport.request(get('/'))).status).toBe(200);
    expect(shown).toEqual(['Bearer first', 'Bearer second']);
  });

  it('is not followed to another origin', async () => {
    const handler: typeof echo = {
      respond: () =>
        Promise.resolve({
          status: 307,
          headers: { location: 'https://localhost:1/x' },
          body: new Uint8Array(),
        }),
    };
    const transport = await transportTo(await serve({ handler }));
    const error = await syncErrorOf(transport.request(get('/')));
    expect(error.details).toEqual({ reason: 'redirect' });
  });
});

describeUnless(missing, 'an exchange over QUIC that fails', () => {
  it('is refused where nothing listens', async () => {
    const server = await serve();
    await server.close();
    const error = await syncErrorOf((await transportTo(server)).request(get('/')));
    expect(error.details).toEqual({ reason: 'refused' });
  });

  it('times out where nothing comes back (rule 15.7)', async () => {
    const { port } = await serve();
    const transport = await transportTo(await relayTo(port, () => false));
    const error = await syncErrorOf(transport.request(get('/', { timeoutMs: 30 })));
    expect(error).toMatchObject({ details: { reason: 'timeout' }, retryable: true });
  });

  it('ends with the reason of its signal, and the next begins anew (rule 15.7)', async () => {
    let isAsked = false;
    const handler: typeof echo = {
      respond: (request) => {
        isAsked = request.path === '/slow';
        return isAsked ? new Promise(() => undefined) : echo.respond(request);
      },
    };
    const transport = await transportTo(await serve({ handler }));
    await transport.request(get('/'));
    const controller = new AbortController();
    const slow = transport.request(get('/slow', { signal: controller.signal }));
    await waitUntil(() => isAsked);
    controller.abort(new Error('enough'));
    await expect(slow).rejects.toThrow('enough');
    await transport.request(get('/'));
    expect(transport.lastStart).toBe('resumed');
  });

  it('is abandoned where the answer is larger than wanted (rule 15.3)', async () => {
    const handler: typeof echo = {
      respond: () => Promise.resolve({ status: 200, headers: {}, body: new Uint8Array(200_000) }),
    };
    const transport = await transportTo(await serve({ handler }));
    const error = await syncErrorOf(transport.request(get('/', { maxResponseBytes: 1000 })));
    expect(error).toMatchObject({
      code: 'compression-limit',
      details: { size: 200_000, limit: 1000 },
    });
    const large = await transport.request(get('/', { maxResponseBytes: 200_000 }));
    expect(large.body).toHaveLength(200_000);
  });

  it('is answered 413 where the body is larger than the server reads (rule 15.3)', async () => {
    const transport = await transportTo(await serve({ limits: { requestBytes: 1000 } }));
    const answer = await transport.request(post(new Uint8Array(1001)));
    expect(answer.status).toBe(413);
    expect(JSON.parse(Buffer.from(answer.body).toString())).toMatchObject({
      size: 1001,
      limit: 1000,
    });
  });

  it('is answered 500 where the handler fails', async () => {
    const handler: typeof echo = { respond: () => Promise.reject(new Error('secret')) };
    const answer = await (await transportTo(await serve({ handler }))).request(get('/'));
    expect(answer.status).toBe(500);
    expect(Buffer.from(answer.body).toString()).not.toContain('secret');
  });

  it('is refused before it is sent for options that cannot work', async () => {
    const server = await serve();
    const refused = async (options: Parameters<typeof transportTo>[1]) =>
      (await syncErrorOf(transportTo(server, options))).details;
    expect(await refused({ baseUrl: 'http://localhost' })).toEqual({ field: 'url' });
    expect(await refused({ port: 70_000 })).toEqual({ field: 'port' });
    expect(await refused({ idleTimeoutMs: 0 })).toEqual({ field: 'idleTimeoutMs' });
    const wrong = serve({ certificate: { cert: 'none', key: 'none' } });
    expect((await syncErrorOf(wrong)).details).toEqual({ field: 'certificate' });
    const limits = { streams: -1 };
    expect((await syncErrorOf(serve({ limits }))).details).toEqual({ field: 'limits' });
  });
});

describeUnless(missing, 'a server that closes', () => {
  it('answers what was asked first, and takes nothing more (rule 15.8)', async () => {
    let answer: (() => void) | undefined;
    const handler: typeof echo = {
      respond: async (request) => {
        if (request.path === '/slow') await new Promise<void>((resolve) => (answer = resolve));
        return echo.respond(request);
      },
    };
    const server = await serve({ handler, closeGraceMs: 60_000 });
    const transport = await transportTo(server);
    const slow = transport.request(get('/slow'));
    await waitUntil(() => answer !== undefined);
    const closed = server.close();
    const late = syncErrorOf(transport.request(post(Uint8Array.of(1))));
    answer?.();
    expect((await slow).status).toBe(200);
    await closed;
    expect((await late).code).toBe('http');
    expect(server.figures().connections).toBe(0);
  });
});
