import { expect, it } from '@jest/globals';
import { waitUntil } from '@omega-tv/test-support';
import { inOrder, startTcpProxy, type TcpFault } from '../src/index.js';
import { closing, noWait, post, startServer } from './support.js';

async function setUp(...faults: readonly TcpFault[]) {
  const server = await startServer();
  const { wait, waits } = noWait();
  const connections: TcpFault[] = [];
  const proxy = await closing(
    startTcpProxy({
      target: { host: '127.0.0.1', port: server.port },
      schedule: inOrder(...faults),
      wait,
      onConnection: (fault) => connections.push(fault),
    }),
  );
  return { ...server, proxy: `http://127.0.0.1:${proxy.port}`, waits, connections };
}

it('passes bytes on', async () => {
  const { proxy, connections } = await setUp();
  expect((await post(proxy, 'hello')).body.toString()).toBe('answer 1 to hello');
  expect(connections).toEqual([{ kind: 'none' }]);
});

it('connects later', async () => {
  const { proxy, waits } = await setUp({ kind: 'delay', ms: 80 });
  await post(proxy, 'a');
  expect(waits).toEqual([80]);
});

it('resets connections', async () => {
  const { proxy, seen } = await setUp({ kind: 'reset' });
  await expect(post(proxy, 'a')).rejects.toMatchObject({ code: 'ECONNRESET' });
  expect(seen).toEqual([]);
});

it('is silent until the client gives up', async () => {
  const { proxy, seen, connections } = await setUp({ kind: 'silence' });
  const controller = new AbortController();
  const posted = post(proxy, 'a', controller.signal);
  await waitUntil(() => connections.length === 1);
  controller.abort();
  await expect(posted).rejects.toMatchObject({ name: 'AbortError' });
  expect(seen).toEqual([]);
});

it('cuts what goes up', async () => {
  const { proxy, seen } = await setUp({ kind: 'cut-request', bytes: 40 });
  await expect(post(proxy, 'a')).rejects.toMatchObject({ code: 'ECONNRESET' });
  expect(seen).toEqual([]);
});

it('cuts what comes down', async () => {
  const { proxy, seen } = await setUp({ kind: 'cut-answer', bytes: 20 });
  await expect(post(proxy, 'a')).rejects.toMatchObject({ code: 'ECONNRESET' });
  expect(seen).toHaveLength(1);
});

it('throttles both ways', async () => {
  const { proxy, waits } = await setUp({ kind: 'throttle', bitsPerSecond: 80_000 });
  await post(proxy, 'x'.repeat(3000));
  expect(waits.filter((ms) => ms === 100).length).toBeGreaterThanOrEqual(3);
  expect(Math.max(...waits)).toBe(100);
});
