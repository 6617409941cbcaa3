import { createSocket, type Socket } from 'node:dgram';
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { createRandom } from '@omega-tv/seeded-random';
import { describeUnless, onTestFinished, syncErrorOf, waitUntil } from '@omega-tv/test-support';
import { AddressRate } from '../src/server/address-rate.js';
import { RetryTokens } from '../src/server/retry-tokens.js';
import { loadQuiche } from '../src/native/load-quiche.js';
import { createClientConfig } from '../src/native/settings.js';
import { relayTo } from './relay.js';
import { certificate, createCertificate, get, missing, serve, transportTo } from './support.js';

async function openSocket(): Promise<Socket> {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  onTestFinished(() => new Promise<void>((resolve) => socket.close(resolve)));
  return socket;
}

const sendTo = (socket: Socket, port: number, datagram: Buffer): Promise<void> =>
  new Promise((resolve) => {
    socket.send(datagram, port, '127.0.0.1', () => {
      resolve();
    });
  });

/** First datagrams of clients that never go on. */
async function firstDatagrams(count: number): Promise<readonly Buffer[]> {
  const quiche = await loadQuiche();
  const limits = { idleTimeoutMs: 60_000, maxUnreadBytes: 65_536, maxStreams: 0 };
  const config = createClientConfig(quiche, [certificate.cert], limits);
  const [local, remote] = [1, 2].map((port) => ({ host: '127.0.0.1', port }));
  return Array.from({ length: count }, () => {
    const client = quiche.Connection.connect('localhost', randomBytes(16), local!, remote!, config);
    const out = Buffer.alloc(1200);
    const [size] = client.send(out)!;
    return out.subarray(0, size);
  });
}

describeUnless(missing, 'datagrams of anybody', () => {
  it('make the server neither fail nor remember them (rule 15.11)', async () => {
    const server = await serve();
    const socket = await openSocket();
    const random = createRandom('hostile', 7);
    const recorded: Buffer[] = [];
    const relay = await relayTo(server.port, (_, datagram) => {
      recorded.push(Buffer.from(datagram));
      return true;
    });
    const transport = await transportTo(relay);
    await transport.request(get('/'));
    transport.disconnect();
    await transport.request(get('/'));
    await transport.close();
    await waitUntil(() => server.figures().connections === 0);
    const { established } = server.figures();
    const below = (limit: number): number => Math.floor(random.next() * limit);
    for (let i = 0; i < 4000; i += 1) {
      const seed = recorded[below(recorded.length)]!;
      const datagram = Buffer.from(
        seed.subarray(0, random.next() < 0.5 ? seed.length : below(1300)),
      );
      const kind = below(4);
      if (kind === 0 && datagram.length > 0) datagram[0] = below(256);
      for (let flips = below(8); flips > 0 && datagram.length > 0; flips -= 1) {
        datagram[below(datagram.length)] = below(256);
      }
      await sendTo(socket, server.port, kind === 1 ? randomBytes(below(1500)) : datagram);
    }
    // Early data without anything before it, which names no token: padded, of every version.
    const early = Buffer.alloc(1200);
    early.set([0xd0, 0, 0, 0, 1, 16]);
    await sendTo(socket, server.port, early);
    const answer = await (await transportTo(server)).request(get('/still-there'));
    expect(answer.headers['x-asked']).toBe('GET /still-there');
    expect(server.figures().established).toBe(established + 1);
    expect(server.figures().dropped).toBeGreaterThan(1000);
    expect(server.figures().connections).toBeLessThan(200);
  });

  it('get a list of versions where they speak another, and no memory (rule 15.11)', async () => {
    const server = await serve();
    const socket = await openSocket();
    const other = Buffer.alloc(1200);
    other.set([0xc0, 0x1a, 0x2a, 0x3a, 0x4a, 8]);
    const answered = once(socket, 'message');
    await sendTo(socket, server.port, other.subarray(0, 1199));
    await sendTo(socket, server.port, other);
    const [list] = (await answered) as [Buffer];
    expect(list.readUInt32BE(1)).toBe(0);
    expect(list.length).toBeLessThan(100);
    expect(server.figures()).toMatchObject({ connections: 0, dropped: 1 });
  });

  it('get at most three times what an unproved address sent (rule 15.10)', async () => {
    const names = Array.from({ length: 250 }, (_, i) => `constellation-${i}.tv.example.com`);
    const large = await createCertificate(['localhost', ...names]);
    const server = await serve({ certificate: large });
    const relay = await relayTo(server.port, (direction) => direction === 'up');
    const lost = await transportTo(relay, { ca: large.cert });
    await syncErrorOf(lost.request(get('/', { timeoutMs: 2500 })));
    const { receivedBytes, sentBytes } = server.figures();
    expect(large.cert.length).toBeGreaterThan(9000);
    expect(sentBytes).toBeGreaterThan(2.5 * 1200);
    expect(sentBytes).toBeLessThanOrEqual(3 * receivedBytes);
    const transport = await transportTo(server, { ca: large.cert });
    expect((await transport.request(get('/'))).status).toBe(200);
  });

  it('have to prove their address where many handshakes are under way (rule 15.10)', async () => {
    const server = await serve({ limits: { handshakes: 0 } });
    const transport = await transportTo(server);
    expect((await transport.request(get('/'))).status).toBe(200);
    expect(server.figures()).toMatchObject({ retries: 1, established: 1 });
  });

  it('flood the server, and it answers over HTTP and QUIC all the same (rules 15.10, 15.11)', async () => {
    const server = await serve({ limits: { handshakes: 16 } });
    const http = createServer((_, response) => response.end('here'));
    http.listen(0, '127.0.0.1');
    await once(http, 'listening');
    onTestFinished(() => http.close());
    const { port } = http.address() as AddressInfo;
    const socket = await openSocket();
    for (const datagram of await firstDatagrams(1000)) await sendTo(socket, server.port, datagram);
    const page = await fetch(`http://127.0.0.1:${port}/`);
    expect(await page.text()).toBe('here');
    expect((await (await transportTo(server)).request(get('/'))).status).toBe(200);
    const { connections, retries, sentBytes, receivedBytes } = server.figures();
    expect(connections).toBeLessThanOrEqual(17);
    expect(retries).toBeGreaterThan(100);
    expect(sentBytes).toBeLessThanOrEqual(3 * receivedBytes);
  });

  it('open no more connections than a server takes (rule 15.10)', async () => {
    const server = await serve({ limits: { connections: 2 } });
    await (await transportTo(server)).request(get('/'));
    await (await transportTo(server)).request(get('/'));
    const third = await transportTo(server);
    const error = await syncErrorOf(third.request(get('/', { timeoutMs: 100 })));
    expect(error.details).toEqual({ reason: 'timeout' });
    expect(server.figures().connections).toBe(2);
  });
});

describe('a proof of address', () => {
  const home = { host: '192.0.2.1', port: 1000 };
  const [theirs, ours] = [randomBytes(16), randomBytes(16)];
  const tokens = new RetryTokens(1000);
  const token = tokens.mint(home, theirs, ours, 5000.7);

  it('counts for that address, that connection and a while (rule 15.10)', () => {
    expect(tokens.validate(token, home, ours, 6000)).toEqual(theirs);
    expect(tokens.validate(token, home, ours, 6002)).toBeUndefined();
    expect(tokens.validate(token, { ...home, port: 1001 }, ours, 6000)).toBeUndefined();
    expect(tokens.validate(token, { ...home, host: '192.0.2.2' }, ours, 6000)).toBeUndefined();
    expect(tokens.validate(token, home, theirs, 6000)).toBeUndefined();
    expect(new RetryTokens(1000).validate(token, home, ours, 6000)).toBeUndefined();
  });

  it('is none where a byte differs or is missing (rule 15.10)', () => {
    for (let at = 0; at < token.length; at += 1) {
      const flipped = Buffer.from(token);
      flipped[at]! ^= 1;
      expect(tokens.validate(flipped, home, ours, 5001)).toBeUndefined();
      expect(tokens.validate(token.subarray(0, at), home, ours, 5001)).toBeUndefined();
    }
    expect(tokens.validate(Buffer.alloc(100), home, ours, 5001)).toBeUndefined();
  });
});

describe('requests of one address', () => {
  it('are counted a minute, an IPv6 network as one, this machine not at all', () => {
    const rate = new AddressRate(2);
    const taken = (address: string, nowMs = 0): boolean => rate.take(address, nowMs);
    expect([taken('192.0.2.1'), taken('192.0.2.1'), taken('192.0.2.1')]).toEqual([
      true,
      true,
      false,
    ]);
    expect([taken('2001:db8:1:2:3::1'), taken('2001:db8:1:2:4::1')]).toEqual([true, true]);
    expect(taken('2001:db8:1:2:5::1')).toBe(false);
    expect(taken('192.0.2.2')).toBe(true);
    expect([taken('127.0.0.1'), taken('127.0.0.1'), taken('127.0.0.1')]).toEqual([
      true,
      true,
      true,
    ]);
    expect(taken('192.0.2.1', 60_000)).toBe(true);
  });
});
