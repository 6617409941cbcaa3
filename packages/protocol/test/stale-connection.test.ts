import type { Socket } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import type { SyncDelta } from '@omega-tv/types';
import { deltaOf, protocolTo, serveRaw, syncErrorOf, answerBody } from './support.js';

const position = { deviceEpoch: 7, seq: 1 };

/** Answers so many requests of each connection, then resets it at the next; counts both. */
async function serveUntil(answers: readonly number[]) {
  const body = await answerBody();
  const counts = { connections: 0, requests: 0 };
  const url = await serveRaw((socket) => {
    let left = answers[counts.connections] ?? 0;
    counts.connections += 1;
    eachRequest(socket, (isPush) => {
      counts.requests += 1;
      if (left === 0) return socket.resetAndDestroy();
      left -= 1;
      const answer = isPush ? body : Buffer.from('{"version":3}');
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${answer.length}\r\n\r\n`);
      return socket.write(answer);
    });
  });
  return { url, counts };
}

/** Calls back when a request is whole. */
function eachRequest(socket: Socket, onRequest: (isPush: boolean) => unknown): void {
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1');
    const [head = '', ...rest] = text.split('\r\n\r\n');
    const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
    if (rest.length === 0 || text.length < head.length + 4 + length) return;
    text = '';
    onRequest(head.startsWith('POST'));
  });
}

describe('a kept connection that was closed since it was used (rule 3.11)', () => {
  it('costs a push with a position nothing: it is sent again at once', async () => {
    const { url, counts } = await serveUntil([1, 1]);
    const protocol = protocolTo(url);
    await protocol.sync(deltaOf(1, { position }));
    await protocol.sync(deltaOf(1, { position: { ...position, seq: 2 } }));
    expect(counts).toEqual({ connections: 2, requests: 3 });
  });

  it('costs a GET nothing either', async () => {
    const { url, counts } = await serveUntil([1, 1]);
    const protocol = protocolTo(url);
    expect(await protocol.getGlobalVersion()).toBe(3);
    expect(await protocol.getGlobalVersion()).toBe(3);
    expect(counts).toEqual({ connections: 2, requests: 3 });
  });

  it.each<readonly [string, readonly number[], Partial<SyncDelta>, number]>([
    ['is sent a third time by nobody', [1, 0], { position }, 3],
    ['fails a push without a position, which may have counted', [1, 1], {}, 2],
  ])('%s', async (_, answers, change, requests) => {
    const { url, counts } = await serveUntil(answers);
    const protocol = protocolTo(url);
    await protocol.getGlobalVersion();
    const error = await syncErrorOf(protocol.sync(deltaOf(1, change)));
    expect(error.details).toEqual({ reason: 'reset' });
    expect(counts.requests).toBe(requests);
  });

  it('is told from a new one that breaks: that is the network', async () => {
    const { url, counts } = await serveUntil([0, 1]);
    const error = await syncErrorOf(protocolTo(url).sync(deltaOf(1, { position })));
    expect(error.details).toEqual({ reason: 'reset' });
    expect(counts).toEqual({ connections: 1, requests: 1 });
  });
});
