import fc from 'fast-check';
import { describe, expect, it } from '@jest/globals';
import { createV1Format } from '@omega-tv/compression';
import { nativeZstd } from '@omega-tv/compression/node';
import { ProblemSchema } from '@omega-tv/protocol';
import { createServer } from '../src/index.js';
import { nativeHead, push, RawConnection, type RawAnswer } from './raw-http.js';
import {
  bodyOf,
  bodyOfJson,
  jsonOf,
  openConstellation,
  patternOf,
  refusedCount,
  serve,
} from './support.js';

const MAGIC_AND_WINDOW = '28b52ffd0058';
const body = await bodyOf('tv-1', patternOf(0));

function hex(text: string): Buffer {
  return Buffer.from(text.replaceAll(' ', ''), 'hex');
}

/** A frame of RLE blocks, 128 KiB of zeros each: 4 bytes on the wire. */
function rleBomb(blocks: number): Buffer {
  const header = (last: boolean) => {
    const word = ((128 * 1024) << 3) | 2 | Number(last);
    return Buffer.from([word & 255, (word >> 8) & 255, word >> 16, 0]);
  };
  return Buffer.concat([
    hex(MAGIC_AND_WINDOW),
    ...Array.from({ length: blocks }, (_, i) => header(i === blocks - 1)),
  ]);
}

/** A problem answer has the members of RFC 9457, and its status twice. */
function checkProblem(answer: RawAnswer | undefined, status: number, type: string): object {
  expect(answer?.status).toBe(status);
  expect(answer?.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  const problem = JSON.parse(answer!.body.toString()) as { detail: string; title: string };
  expect(problem).toMatchObject({ type: `urn:omega-tv:problem:${type}`, status });
  expect(problem.title.length * problem.detail.length).toBeGreaterThan(0);
  expect(answer!.body.length).toBeLessThan(2048);
  for (const key of Object.keys(problem)) {
    expect([...Object.keys(ProblemSchema.properties), 'offsetBytes', 'reason']).toContain(key);
  }
  return problem;
}

const json = jsonOf('tv-1', patternOf(0));
const noDeltas: readonly (readonly [string, Uint8Array, number, string])[] = [
  ['nothing', new Uint8Array(), 400, 'compression'],
  ['no zstd', Buffer.from(JSON.stringify({})), 400, 'compression'],
  ['half a frame', body.subarray(0, body.length >> 1), 400, 'compression'],
  ['two frames', Buffer.concat([hex(`${MAGIC_AND_WINDOW} 010000`), body]), 400, 'compression'],
  ['bytes behind the frame', Buffer.concat([body, hex('00')]), 400, 'compression'],
  ['a skippable frame', hex('502a4d18 04000000 00000000'), 400, 'compression'],
  ['a skippable frame first', Buffer.concat([hex('502a4d18 00000000'), body]), 400, 'compression'],
  ['an empty frame', hex(`${MAGIC_AND_WINDOW} 010000`), 400, 'serialization'],
  ['text', await nativeZstd.compress(Buffer.from('hello')), 400, 'serialization'],
  ['bad UTF-8', await nativeZstd.compress(hex('22ff22')), 400, 'serialization'],
  ['an array', await bodyOfJson([json]), 400, 'serialization'],
  ['null', await bodyOfJson(null), 400, 'serialization'],
  ['no device', await bodyOfJson({ ...json, device_id: undefined }), 400, 'serialization'],
  [
    'a long device',
    await bodyOfJson({ ...json, device_id: 'x'.repeat(1025) }),
    400,
    'serialization',
  ],
  ['no time', await bodyOfJson({ ...json, timestamp: 'today' }), 400, 'serialization'],
  ['a negative version', await bodyOfJson({ ...json, version: -1 }), 400, 'serialization'],
  ['patterns of another kind', await bodyOfJson({ ...json, patterns: {} }), 400, 'serialization'],
  [
    'a pattern that is a number',
    await bodyOfJson({ ...json, patterns: [7] }),
    422,
    'invalid-pattern',
  ],
  ['a 62 MiB bomb in 2 KB', rleBomb(500), 413, 'compression-limit'],
  ['a claim of 200 MB', hex('28b52ffd a0 00c2eb0b 010000'), 413, 'compression-limit'],
];

describe('a body that is no delta', () => {
  it.each(noDeltas)('is refused as a problem: %s (rule 3.3)', async (_, bytes, status, type) => {
    const { port, constellation } = await serve();
    checkProblem(await push(port, bytes), status, type);
    await refusedCount(constellation, 1);
    expect(constellation.report()).toMatchObject({ devices: 0, deltasApplied: 0, refused: 1 });
    expect((await push(port, body)).status).toBe(200);
  });
});

describe('a body that is too large', () => {
  it('is refused by what it declares, before it was sent', async () => {
    const { port, constellation } = await serve();
    const connection = await RawConnection.open(port);
    connection.send(nativeHead(port, 200_000_000));
    const problem = checkProblem(await connection.answer(), 413, 'compression-limit');
    expect(problem).toMatchObject({ size: 200_000_000, limit: 2048 });
    connection.destroy();
    await refusedCount(constellation, 1);
  });

  it('is refused in chunks as soon as the cap is passed', async () => {
    const { port } = await serve();
    const connection = await RawConnection.open(port);
    connection.send('POST /api/v1/sync HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n');
    for (let sent = 0; sent < 3; sent += 1) connection.send('400\r\n', Buffer.alloc(1024), '\r\n');
    const problem = checkProblem(await connection.answer(), 413, 'compression-limit');
    expect(problem).toMatchObject({ size: 2049, limit: 2048 });
    connection.destroy();
    expect((await push(port, body)).status).toBe(200);
  });

  it('may have 2,048 bytes exactly, and not one more', async () => {
    const { port } = await serve();
    checkProblem(await push(port, Buffer.alloc(2048)), 400, 'compression');
    checkProblem(await push(port, Buffer.alloc(2049)), 413, 'compression-limit');
  });

  it('is accepted in chunks below the cap', async () => {
    const { port } = await serve();
    const connection = await RawConnection.open(port);
    connection.send('POST /api/v1/sync HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n');
    connection.send(`${body.length.toString(16)}\r\n`, body, '\r\n0\r\n\r\n');
    expect((await connection.answer())?.status).toBe(200);
    connection.destroy();
  });

  it('never reaches the decompressor when it would expand too far', async () => {
    let decompressed = 0;
    const zstd = {
      ...nativeZstd,
      decompress: (frame: Uint8Array) => {
        decompressed += 1;
        return nativeZstd.decompress(frame);
      },
    };
    const { port } = await serve({ format: createV1Format({ zstd }) });
    const beforeBytes = process.memoryUsage().rss;
    // 1,600 blocks are 200 MB; 50 of either kind would be 10 GB and 3 GB.
    for (const bomb of [rleBomb(1600), rleBomb(500)]) {
      const answers = await Promise.all(Array.from({ length: 50 }, () => push(port, bomb)));
      expect(answers.map(({ status }) => status)).toEqual(Array(50).fill(413));
    }
    expect(decompressed).toBe(0);
    expect(process.memoryUsage().rss - beforeBytes).toBeLessThan(200 * 1024 * 1024);
    expect((await push(port, body)).status).toBe(200);
    expect(decompressed).toBe(1);
  });
});

describe('a request that is not of the protocol', () => {
  const post = (line: string, headers: string) =>
    `${line} HTTP/1.1\r\nhost: x\r\n${headers}content-length: ${body.length}\r\n\r\n`;
  it.each([
    ['another media type', post('POST /api/v1/sync', 'content-type: application/json\r\n'), 415],
    ['no media type at all', post('POST /api/v1/sync', 'content-type: ;;;\r\n'), 415],
    ['an unknown route', post('POST /api/v2/sync', ''), 404],
    ['an unknown route and type', post('POST /', 'content-type: text/plain\r\n'), 404],
    ['another method', post('PUT /api/v1/sync', ''), 405],
    ['a trailing slash', post('POST /api/v1/sync/', ''), 404],
    ['a long path', post(`GET /api/v1/${'x'.repeat(9000)}`, ''), 404],
    ['a path that is no UTF-8', post('GET /api/v1/snapshots/%ff/1', ''), 400],
  ])('is answered with a problem: %s (rule 3.3)', async (_, head, status) => {
    const { port, constellation } = await serve();
    const connection = await RawConnection.open(port);
    connection.send(head, body);
    checkProblem(await connection.answer(), status, 'protocol');
    connection.destroy();
    if (status === 415) await refusedCount(constellation, 1);
    expect((await push(port, body)).status).toBe(200);
    // Only what was meant as a delta counts as a refused one.
    expect(constellation.report().refused).toBe(status === 415 ? 1 : 0);
  });

  it.each([
    ['no HTTP', 'hello\r\n\r\n', 400],
    ['no host', 'GET /api/v1/health HTTP/1.1\r\n\r\n', 400],
    [
      'two lengths',
      'POST /api/v1/sync HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n',
      400,
    ],
    [
      'a length that is none',
      'POST /api/v1/sync HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n',
      400,
    ],
    [
      'a length and chunks',
      'POST /api/v1/sync HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n',
      400,
    ],
    [
      'a bad chunk',
      'POST /api/v1/sync HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n',
      400,
    ],
    [
      'a control byte in a header',
      'GET /api/v1/health HTTP/1.1\r\nhost: x\r\nx-device-id: a\u0001b\r\n\r\n',
      400,
    ],
    [
      'headers of 20 KB',
      `GET /api/v1/health HTTP/1.1\r\nhost: x\r\nx-a: ${'a'.repeat(20_000)}\r\n\r\n`,
      431,
    ],
  ])('is answered and hung up on when it is malformed: %s', async (_, text, status) => {
    const { port } = await serve();
    const connection = await RawConnection.open(port);
    connection.send(text);
    const answer = await connection.answer();
    // Node itself answers a missing host, without a body.
    if (answer?.body.length === 0) expect(answer.status).toBe(status);
    else checkProblem(answer, status, 'protocol');
    connection.destroy();
    expect((await push(port, body)).status).toBe(200);
  });
});

describe('a connection that misbehaves', () => {
  it('may break inside a body: nothing of it counts as a delta', async () => {
    const { port, constellation } = await serve();
    const connection = await RawConnection.open(port);
    connection.send(nativeHead(port, body.length), body.subarray(0, 100));
    connection.destroy();
    expect((await push(port, body)).status).toBe(200);
    expect(constellation.report()).toMatchObject({ devices: 1, deltasApplied: 1, duplicates: 0 });
  });

  it('may break before its answer: the delta counts, its retry does not', async () => {
    const { port, constellation } = await serve();
    const connection = await RawConnection.open(port);
    connection.send(nativeHead(port, body.length), body, nativeHead(port, body.length));
    await connection.answer();
    connection.destroy();
    await push(port, body);
    expect(constellation.report()).toMatchObject({ deltasApplied: 1, duplicates: 1 });
  });

  it('may send byte by byte: others are served meanwhile, and it in the end', async () => {
    const { port, app } = await serve();
    expect(app.server.requestTimeout).toBe(30_000);
    const slow = await RawConnection.open(port);
    slow.send(nativeHead(port, body.length));
    const other = await bodyOf('tv-2', patternOf(1));
    for (let at = 0; at < body.length; at += 400) {
      slow.send(body.subarray(at, at + 400));
      expect((await push(port, other)).status).toBe(200);
    }
    expect((await slow.answer())?.status).toBe(200);
    slow.destroy();
  });

  it('may be one of hundreds that say nothing', async () => {
    const { port } = await serve();
    const idle = await Promise.all(Array.from({ length: 200 }, () => RawConnection.open(port)));
    expect((await push(port, body)).status).toBe(200);
    for (const connection of idle) connection.destroy();
  });
});

describe('chance', () => {
  it('flips bits of a body: never a server error', async () => {
    const constellation = await openConstellation();
    const app = createServer(constellation);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(body.length - 1), fc.integer({ min: 1, max: 255 })), {
          minLength: 1,
          maxLength: 4,
        }),
        async (flips) => {
          const spoilt = Uint8Array.from(body);
          for (const [at, mask] of flips) spoilt[at]! ^= mask;
          const { statusCode } = await app.inject({
            method: 'POST',
            url: '/api/v1/sync',
            payload: Buffer.from(spoilt),
          });
          expect([200, 400, 413, 422]).toContain(statusCode);
        },
      ),
      { numRuns: 400, seed: 1 },
    );
    expect(await constellation.sync(body)).toBeInstanceOf(Uint8Array);
  });

  it('writes the body, or the JSON in it: never a server error', async () => {
    const constellation = await openConstellation();
    const app = createServer(constellation);
    const random = fc.oneof(
      fc.uint8Array({ maxLength: 2048 }).map((bytes) => Promise.resolve(bytes)),
      fc.json({ maxDepth: 4 }).map((text) => nativeZstd.compress(Buffer.from(text))),
      fc
        .record({ device_id: fc.jsonValue(), patterns: fc.array(fc.jsonValue()) })
        .map((json) => bodyOfJson({ ...jsonOf('tv-1'), timestamp: 0, ...json })),
    );
    await fc.assert(
      fc.asyncProperty(random, async (bytes) => {
        const payload = Buffer.from(await bytes);
        const { statusCode } = await app.inject({ method: 'POST', url: '/api/v1/sync', payload });
        expect([400, 413, 422]).toContain(statusCode);
      }),
      { numRuns: 200, seed: 2 },
    );
    expect(await constellation.sync(body)).toBeInstanceOf(Uint8Array);
  });

  it('writes the whole request: the server goes on', async () => {
    const { port } = await serve();
    const start = fc.constantFrom(
      '',
      'POST /api/v1/sync HTTP/1.1\r\nhost: x\r\n',
      'GET / HTTP/1.1',
    );
    await fc.assert(
      fc.asyncProperty(start, fc.uint8Array({ maxLength: 300 }), async (head, bytes) => {
        const connection = await RawConnection.open(port);
        connection.send(head, bytes, '\r\n\r\n');
        connection.end();
        const answer = await connection.answer();
        connection.destroy();
        expect(answer?.status ?? 400).toBeLessThan(500);
      }),
      { numRuns: 150, seed: 3 },
    );
    expect((await push(port, body)).status).toBe(200);
  });
});
