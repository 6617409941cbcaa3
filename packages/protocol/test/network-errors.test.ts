import { once } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { ConstellationProtocol, type Transport } from '../src/index.js';
import { deferred, deltaOf, format, protocolTo, serve, serveRaw, syncErrorOf } from './support.js';

const CLOSED_PORT = 'http://127.0.0.1:1';

describe('a failure on the way names its reason and keeps its cause', () => {
  async function expectReason(url: string, reason: string, timeoutMs?: number) {
    const protocol = protocolTo(url, timeoutMs === undefined ? {} : { timeoutMs });
    for (const work of [
      () => protocol.sync(deltaOf(1)),
      () => protocol.healthCheck(),
      () => protocol.getGlobalVersion(),
    ]) {
      const error = await syncErrorOf(work());
      expect(error).toMatchObject({ code: 'http', details: { reason }, retryable: true });
      expect(error.cause).toBeInstanceOf(Error);
      // An axios error would bring the whole request into each log.
      expect(error.cause).not.toHaveProperty('config');
      expect(error.message).toContain(`${url}/api/v1/`);
    }
  }

  it('dns: no such host', () => expectReason('http://constellation.invalid', 'dns'));

  it('refused: nothing listens', () => expectReason(CLOSED_PORT, 'refused'));

  it('reset: the socket is destroyed before an answer', async () => {
    const url = await serveRaw((socket) => {
      socket.once('data', () => socket.resetAndDestroy());
    });
    await expectReason(url, 'reset');
  });

  it('reset: the connection ends without an answer', async () => {
    const url = await serveRaw((socket) => {
      socket.once('data', () => socket.end());
    });
    await expectReason(url, 'reset');
  });

  it('reset: the socket is destroyed in the headers', async () => {
    const url = await serveRaw((socket) => {
      socket.once('data', () => {
        socket.write('HTTP/1.1 200 OK\r\nContent-', () => socket.resetAndDestroy());
      });
    });
    await expectReason(url, 'reset');
  });

  it('reset: the body is shorter than its Content-Length', async () => {
    const url = await serveRaw((socket) => {
      socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"ver'));
    });
    await expectReason(url, 'reset');
  });

  it('reset: a chunked body has no end', async () => {
    const url = await serveRaw((socket) => {
      socket.once('data', () => {
        socket.end('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"ver\r\n');
      });
    });
    await expectReason(url, 'reset');
  });

  it('timeout: the server never answers', async () => {
    await expectReason(await serveRaw(() => undefined), 'timeout', 50);
  });

  it('timeout: the server drips bytes, each in time (rule 3.4)', async () => {
    const url = await serve((_, response) => {
      response.writeHead(200, { 'Content-Length': 10_000 });
      const drip = setInterval(() => response.write('x'), 5);
      response.on('close', () => {
        clearInterval(drip);
      });
    });
    await expectReason(url, 'timeout', 50);
  });

  it('network: the answer is no HTTP', async () => {
    const url = await serveRaw((socket) => {
      socket.once('data', () => socket.end('SSH-2.0-OpenSSH_9.6\r\n'));
    });
    await expectReason(url, 'network');
  });
});

it('a request waits 30 s for its answer unless told otherwise (rule 3.4)', async () => {
  const timeouts: number[] = [];
  const transport: Transport = {
    request: ({ timeoutMs }) => {
      timeouts.push(timeoutMs);
      const body = new TextEncoder().encode('{"status":"ok"}');
      return Promise.resolve({ status: 200, headers: {}, body });
    },
  };
  const clock = { nowMs: () => 0 };
  await new ConstellationProtocol({ transport, format, clock }).healthCheck();
  await new ConstellationProtocol({ transport, format, clock, timeoutMs: 1 }).healthCheck();
  expect(timeouts).toEqual([30_000, 1]);
});

describe('an answer above its cap is abandoned while it arrives (rule 3.4)', () => {
  it('with bounded memory, and the connection is closed', async () => {
    const closed = deferred<number>();
    const chunk = Buffer.alloc(4096, 'x');
    const url = await serve((_, response) => {
      let written = 0;
      const stream = (): void => {
        do written += chunk.length;
        while (response.write(chunk));
      };
      response.on('drain', stream);
      response.on('close', () => {
        closed.resolve(written);
      });
      stream();
    });
    const error = await syncErrorOf(protocolTo(url).sync(deltaOf(1)));
    expect(error).toMatchObject({
      code: 'compression-limit',
      details: { size: 10_241, limit: 10_240 },
      retryable: true,
    });
    expect(error.cause).toBeInstanceOf(Error);
    // What the two kernels' socket buffers take, not an endless stream.
    expect(await closed.promise).toBeLessThan(64 * 1024 * 1024);
  });

  it('by its Content-Length alone', async () => {
    const url = await serve((_, response) => {
      response.writeHead(200, { 'Content-Length': 20_000 });
      response.end(Buffer.alloc(20_000));
    });
    const error = await syncErrorOf(protocolTo(url).sync(deltaOf(1)));
    expect(error.code).toBe('compression-limit');
    expect((await syncErrorOf(protocolTo(url).getGlobalVersion())).details).toMatchObject({
      limit: 16 * 1024,
    });
  });

  it('also where it is an error page', async () => {
    const url = await serve((_, response) => {
      response.writeHead(500);
      response.end(Buffer.alloc(1024 * 1024));
    });
    expect((await syncErrorOf(protocolTo(url).healthCheck())).retryable).toBe(true);
  });
});

describe('an abort rejects with its reason', () => {
  const reason = new Error('the TV goes to sleep');

  it('before the request: nothing is sent', async () => {
    let requests = 0;
    const url = await serve((_, response) => {
      requests += 1;
      response.end();
    });
    const signal = AbortSignal.abort(reason);
    await expect(protocolTo(url).sync(deltaOf(1), { signal })).rejects.toBe(reason);
    await expect(protocolTo(url).healthCheck({ signal })).rejects.toBe(reason);
    expect(requests).toBe(0);
  });

  it('while the server thinks: the connection is closed', async () => {
    const controller = new AbortController();
    const closed = deferred<undefined>();
    const url = await serveRaw((socket) => {
      socket.once('data', () => {
        controller.abort(reason);
      });
      void once(socket, 'close').then(() => {
        closed.resolve(undefined);
      });
    });
    const { signal } = controller;
    await expect(protocolTo(url).sync(deltaOf(1), { signal })).rejects.toBe(reason);
    await closed.promise;
  });

  it('while the body arrives', async () => {
    const controller = new AbortController();
    const url = await serve((_, response) => {
      response.writeHead(200, { 'Content-Length': 100 });
      response.write('{"version"', () => {
        controller.abort(reason);
      });
    });
    const { signal } = controller;
    await expect(protocolTo(url).getGlobalVersion({ signal })).rejects.toBe(reason);
  });

  it('without an error as reason: an AbortError', async () => {
    const signal = AbortSignal.abort('asleep');
    await expect(protocolTo(CLOSED_PORT).healthCheck({ signal })).rejects.toMatchObject({
      name: 'AbortError',
    });
  });

  it('after the answer changes nothing', async () => {
    const controller = new AbortController();
    const url = await serve((_, response) => response.end('{"version":3}'));
    expect(await protocolTo(url).getGlobalVersion({ signal: controller.signal })).toBe(3);
    controller.abort(reason);
  });
});
