import { expect, it } from '@jest/globals';
import { describeUnless, waitUntil } from '@omega-tv/test-support';
import { relayTo } from './relay.js';
import { get, missing, post, serve, transportTo } from './support.js';

describeUnless(missing, 'a client whose address changes', () => {
  it('goes on over its connection, from another socket (rule 15.9)', async () => {
    const server = await serve();
    const transport = await transportTo(server);
    await transport.request(get('/'));
    for (let i = 0; i < 8; i += 1) {
      await transport.rebind();
      const body = new Uint8Array(10_000).fill(i);
      expect((await transport.request(post(body))).body).toEqual(body);
      expect(transport.lastStart).toBe(i < 7 ? 'warm' : 'resumed');
    }
    await waitUntil(() => server.figures().established === 2);
  });

  it('goes on where a NAT on the way forgot it, in the middle of a request (rule 15.9)', async () => {
    let answer: (() => void) | undefined;
    const server = await serve({
      handler: {
        respond: async ({ path }) => {
          if (path === '/slow') await new Promise<void>((resolve) => (answer = resolve));
          return { status: 200, headers: {}, body: new Uint8Array(3000) };
        },
      },
    });
    const relay = await relayTo(server.port);
    const transport = await transportTo(relay);
    await transport.request(get('/'));
    const slow = transport.request(get('/slow'));
    await waitUntil(() => answer !== undefined);
    await relay.rebind();
    const other = transport.request(get('/other'));
    answer?.();
    expect((await slow).body).toHaveLength(3000);
    expect((await other).status).toBe(200);
    expect(server.figures()).toMatchObject({ established: 1, connections: 1 });
  });
});
