import { decodeAnswerFrame } from '@omega-tv/compression';
import { PATHS, type Problem } from '@omega-tv/protocol';
import { SyncError } from '@omega-tv/types';
import { describe, expect, it } from '@jest/globals';
import { createMemoryConstellationStore, Responder } from '../../src/index.js';
import { bearer, createAuthority } from '../auth/support.js';
import { ControlledStore } from '../controlled-store.js';
import { RawConnection } from '../raw-http.js';
import { openConstellation, patternOf, serve, until } from '../support.js';
import { format, placedDelta, postFrame, snapshotOf, snapshots } from '../v2/support.js';

const syncWindow = { minMs: 1000, maxMs: 5000 };
const NEXT_SYNC = { min_ms: 1000, max_ms: 5000 };

const message = async (deviceId: string, seq = 1): Promise<Uint8Array> =>
  (await format.encodeDelta(placedDelta(deviceId, seq, patternOf(0)))).bytes;

async function problemOf(answer: Response): Promise<Problem> {
  expect(answer.headers.get('content-type')).toBe('application/problem+json');
  return (await answer.json()) as Problem;
}

describe('a problem of an exchange says when to come back', () => {
  it.each([
    ['a version that is not kept', 'GET', `${PATHS.snapshots}/global/9`, 404],
    ['a version that is none', 'GET', `${PATHS.snapshots}/global/x`, 400],
    ['a base that is none', 'GET', `${PATHS.snapshots}/global/1?base=x`, 400],
    ['another method on the newest version', 'POST', PATHS.version, 405],
    ['another method on pushes', 'GET', PATHS.sync, 405],
    ['a body that is no frame', 'POST', PATHS.sync, 400],
  ])('%s (rule 11.7)', async (_, method, path, status) => {
    const { url } = await serve({ snapshots, syncWindow });
    const isPush = path === PATHS.sync && method === 'POST';
    const body = isPush ? { body: 'x', headers: { 'content-type': format.mediaType } } : {};
    const answer = await fetch(url + path, { method, ...body });
    expect(answer.status).toBe(status);
    expect((await problemOf(answer)).next_sync).toEqual(NEXT_SYNC);
  });

  it('credentials that are not taken, pushes and polls that are too many (rules 11.7, 13.1, 13.8)', async () => {
    const { authenticator, mint } = await createAuthority();
    const limits = { perAddress: 3, perDevice: 1 };
    const options = { authenticator, limits, trustProxies: ['127.0.0.1'] };
    const { url } = await serve({ snapshots, syncWindow }, options);
    const unknown = await postFrame(url, await message('a'));
    expect(await problemOf(unknown)).toMatchObject({ status: 401, next_sync: NEXT_SYNC });

    const push = async () => postFrame(url, await message('a'), bearer(await mint('a')));
    expect((await push()).status).toBe(200);
    const poll = () =>
      fetch(url + PATHS.version, { headers: { 'x-forwarded-for': '203.0.113.7' } });
    for (let i = 0; i < 3; i += 1) expect((await poll()).status).toBe(200);
    for (const tooMany of [await push(), await poll()]) {
      const { status, next_sync } = await problemOf(tooMany);
      expect(status).toBe(429);
      const afterMs = 1000 * Number(tooMany.headers.get('retry-after'));
      expect(next_sync?.min_ms).toBeGreaterThan(afterMs - 1000);
      expect(next_sync?.min_ms).toBeLessThanOrEqual(afterMs);
      expect(next_sync?.max_ms).toBeGreaterThanOrEqual(next_sync?.min_ms ?? Infinity);
    }
  });

  it('a base that is not known, and a disk that fails (rules 4.3, 11.5, 11.7)', async () => {
    const store = new ControlledStore(createMemoryConstellationStore());
    const { url, constellation } = await serve({ snapshots, syncWindow, store });
    for (const device of ['a', 'b', 'c']) await postFrame(url, await message(device));
    await constellation.publish();
    const answer = await postFrame(url, await message('d'));
    const base = snapshotOf(decodeAnswerFrame(new Uint8Array(await answer.arrayBuffer())));
    const other = { ...base, version: 7 };
    const { bytes } = await format.encodeDelta(placedDelta('d', 2, patternOf(0)), { base: other });
    const conflict = await problemOf(await postFrame(url, bytes));
    expect(conflict).toMatchObject({ status: 409, next_sync: NEXT_SYNC });

    store.plan('fail');
    const failed = await problemOf(await postFrame(url, await message('e')));
    expect(failed).toMatchObject({ status: 503 });
    expect(failed.next_sync?.min_ms).toBeGreaterThanOrEqual(1000);
  });

  it('a server that fails, in whatever it is asked (rule 11.7)', async () => {
    const constellation = await openConstellation({ snapshots, syncWindow });
    const responder = new Responder(constellation);
    for (const route of responder.routes) {
      const answer = responder.failed(route, { method: 'GET', path: '/', headers: {} }, broken());
      const { next_sync } = JSON.parse(Buffer.from(answer.body).toString()) as Problem;
      const isExchange = ![PATHS.health, PATHS.openApi].some((path) => path === route.pattern);
      expect([route.pattern, next_sync]).toEqual([
        route.pattern,
        isExchange ? NEXT_SYNC : undefined,
      ]);
    }
    await constellation.close();
  });

  it('stretched while many pushes wait, as answers are (rules 11.7, 13.9)', async () => {
    const store = new ControlledStore(createMemoryConstellationStore());
    const { url, constellation } = await serve(
      { snapshots, store, syncWindow: { minMs: 0, maxMs: 600_000 } },
      { limits: { pendingPushes: 2 } },
    );
    store.plan('hold');
    const waiting = [postFrame(url, await message('a')), postFrame(url, await message('b'))];
    await until(() => store.isHolding && constellation.report().deltasApplied === 2);
    const shed = await problemOf(await postFrame(url, await message('c')));
    const missing = await problemOf(await fetch(`${url}${PATHS.snapshots}/global/9`));
    expect([shed.status, missing.status]).toEqual([503, 404]);
    for (const { next_sync } of [shed, missing]) {
      expect(next_sync).toEqual({ min_ms: 600_000, max_ms: 2_400_000 });
    }
    store.settle('pass');
    await Promise.all(waiting);
  });
});

describe('a server that closes', () => {
  it('answers what still reaches it as ever (rule 11.7)', async () => {
    const { app, port, constellation } = await serve({ snapshots, syncWindow });
    const connection = await RawConnection.open(port);
    const poll = `GET ${PATHS.snapshots}/global/9 HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n`;
    connection.send(poll);
    expect((await connection.answer())?.status).toBe(404);
    // A request that has begun holds the close.
    connection.send(poll.slice(0, 40));
    await fetch(`http://127.0.0.1:${port}${PATHS.health}`);
    const closed = app.close();
    await until(() => !app.server.listening);
    connection.send(poll.slice(40));
    const late = await connection.answer();
    expect([late?.status, late?.headers.get('connection')]).toEqual([404, 'close']);
    expect((JSON.parse(String(late?.body)) as Problem).next_sync).toEqual(NEXT_SYNC);
    await closed;
    expect(constellation.report().refused).toBe(0);
  });
});

function broken(): SyncError {
  return new SyncError('http', 'The server failed', { reason: 'server-error' });
}
