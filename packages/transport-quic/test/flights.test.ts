import { describe, expect, it } from '@jest/globals';
import { describeUnless, waitUntil } from '@omega-tv/test-support';
import { EarlyCopies } from '../src/client/early-copies.js';
import { Flight } from '../src/connection/flight.js';
import type { Timer } from '../src/connection/timers.js';
import { packetKinds } from './packets.js';
import { relayTo, type Relay } from './relay.js';
import { echo, get, missing, post, serve, transportTo } from './support.js';

/** Datagrams of one direction that passed the relay. */
const datagramsOf = ({ passed }: Relay, direction: 'up' | 'down'): readonly Buffer[] =>
  passed.filter((one) => one.direction === direction).map(({ datagram }) => datagram);

describeUnless(missing, 'flights', () => {
  it('are two of a client where nothing is known, and the second brings the request (rule 15.15)', async () => {
    let isAsked = false;
    const handler: typeof echo = {
      respond: (request) => {
        isAsked = true;
        return echo.respond(request);
      },
    };
    let ends = 0;
    // Of what ends the handshake one datagram passes, and no other before the request is there.
    const relay = await relayTo((await serve({ handler })).port, (direction, datagram) => {
      if (direction === 'down' || isAsked) return true;
      if (packetKinds(datagram).includes('handshake')) ends += 1;
      return ends === 0 || (ends === 1 && packetKinds(datagram).includes('handshake'));
    });
    const transport = await transportTo(relay);
    const body = new Uint8Array(300).fill(7);
    expect((await transport.request(post(body))).body).toEqual(body);
  });

  it('are one where a ticket is kept, in one datagram (rule 15.15)', async () => {
    const relay = await relayTo((await serve()).port);
    const transport = await transportTo(relay);
    await transport.request(get('/'));
    transport.disconnect();
    const before = relay.passed.length;
    await transport.request(post(new Uint8Array(300)));
    const first = relay.passed
      .slice(before)
      .find(({ datagram }) => packetKinds(datagram).includes('initial'));
    expect(packetKinds(first!.datagram)).toEqual(['initial', 'early']);
  });

  it.each(['up', 'down'] as const)(
    'of the handshake that are lost on the way %s go again, the same (rule 15.16)',
    async (lossy) => {
      const server = await serve();
      const lost: Buffer[] = [];
      const relay = await relayTo(server.port, (direction, datagram) => {
        const isLost = direction === lossy && lost.length === 0;
        if (isLost) lost.push(Buffer.from(datagram));
        return !isLost;
      });
      const transport = await transportTo(relay);
      expect((await transport.request(get('/'))).status).toBe(200);
      const same = datagramsOf(relay, lossy).filter((datagram) => datagram.equals(lost[0]!));
      expect(same.length).toBeGreaterThan(1);
      expect(server.figures()).toMatchObject({ established: 1, connections: 1 });
    },
  );

  it('that bring the request go again where it is lost (rule 15.16)', async () => {
    const lost: Buffer[] = [];
    const passes = (_: unknown, datagram: Buffer): boolean => {
      const isRequest = packetKinds(datagram).join() === 'initial,handshake,short';
      if (!isRequest || lost.length > 0) return true;
      lost.push(Buffer.from(datagram));
      return false;
    };
    // With less delay loss recovery would be first: it waits three round trips.
    const relay = await relayTo((await serve()).port, passes, 40);
    const transport = await transportTo(relay);
    const body = new Uint8Array(300).fill(5);
    expect((await transport.request(post(body))).body).toEqual(body);
    const same = datagramsOf(relay, 'up').filter((datagram) => datagram.equals(lost[0]!));
    expect(same.length).toBeGreaterThan(1);
  });

  it('of a server go again twice at most, however often a client repeats its own (rules 15.10, 15.16)', async () => {
    const server = await serve();
    let first: Buffer | undefined;
    const relay = await relayTo(server.port, (direction, datagram) => {
      if (direction === 'up') first ??= Buffer.from(datagram);
      return direction === 'up';
    });
    const transport = await transportTo(relay);
    const controller = new AbortController();
    const asked = transport.request(get('/', { signal: controller.signal })).catch(() => undefined);
    await waitUntil(() => datagramsOf(relay, 'down').length > 0);
    for (let i = 0; i < 8; i += 1) relay.inject(first!);
    await waitUntil(() => server.figures().receivedBytes >= 9 * first!.length);
    await waitUntil(() => datagramsOf(relay, 'down').length >= 3);
    controller.abort();
    await asked;
    const answer = datagramsOf(relay, 'down')[0]!;
    const same = datagramsOf(relay, 'down').filter((datagram) => datagram.equals(answer));
    expect(same).toHaveLength(3);
    const { receivedBytes, sentBytes } = server.figures();
    expect(sentBytes).toBeLessThanOrEqual(3 * receivedBytes);
  });
});

describe('early copies', () => {
  function copiesOver(roundTripMs?: number) {
    const flight = new Flight();
    const due: { readonly work: () => void; readonly delayMs: number; isOff: boolean }[] = [];
    const timer: Timer = (work, delayMs) => {
      const set = { work, delayMs, isOff: false };
      due.push(set);
      return () => (set.isOff = true);
    };
    const went: string[] = [];
    const copies = new EarlyCopies({
      timer,
      roundTripMs: () => roundTripMs,
      repeat: () => {
        const again = flight.copies();
        went.push(...again.map(({ datagram }) => datagram.toString()));
        return again.length > 0;
      },
    });
    const send = (text: string): void => {
      flight.add({ datagram: Buffer.from(text), to: { host: '127.0.0.1', port: 1 } });
      copies.sent();
    };
    /** Lets what is set come due; undefined where nothing is. */
    const next = (): number | undefined => {
      const set = due.filter(({ isOff }) => !isOff).pop();
      if (set === undefined) return undefined;
      set.isOff = true;
      set.work();
      return set.delayMs;
    };
    const heard = (): void => {
      flight.landed();
      copies.heard();
    };
    return { flight, copies, send, next, heard, went };
  }

  it('wait 75 ms, or 1.25 round trips where that is more, and four times that again (rule 15.16)', () => {
    for (const [roundTripMs, waitMs] of [
      [undefined, 75],
      [20, 75],
      [100, 125],
      [300, 375],
    ] as const) {
      const { send, next, went } = copiesOver(roundTripMs);
      send('a');
      send('b');
      expect(went).toEqual([]);
      expect(next()).toBe(waitMs);
      expect(went).toEqual(['a', 'b']);
      expect(next()).toBe(4 * waitMs);
      expect(went).toEqual(['a', 'b', 'a', 'b']);
      expect(next()).toBe(16 * waitMs);
      expect(next()).toBeUndefined();
      expect(went).toHaveLength(4);
    }
  });

  it('are of what was sent since the server was heard, and end with the first exchange (rule 15.16)', () => {
    const { flight, copies, send, next, heard, went } = copiesOver();
    send('a');
    heard();
    expect(next()).toBeUndefined();
    send('b');
    next();
    expect(went).toEqual(['b']);
    copies.end();
    flight.end();
    send('c');
    expect(next()).toBeUndefined();
    expect(flight.copies()).toEqual([]);
  });

  it('end on a server once its answer is known to have been heard (rule 15.16)', () => {
    const { flight, send } = copiesOver();
    flight.endWhenLanded();
    send('answer');
    expect(flight.copies()).toHaveLength(1);
    flight.landed();
    send('acknowledgement');
    expect(flight.copies()).toEqual([]);
  });
});
