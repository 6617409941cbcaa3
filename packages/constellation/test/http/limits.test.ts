import { describe, expect, it } from '@jest/globals';
import { decodeAnswerFrame } from '@omega-tv/compression';
import { PATHS } from '@omega-tv/protocol';
import { createMemoryConstellationStore, createServer } from '../../src/index.js';
import { DeviceRate } from '../../src/http/handlers/device-rate.js';
import { PushLoad } from '../../src/http/handlers/push-load.js';
import { bearer, createAuthority } from '../auth/support.js';
import { ControlledStore } from '../controlled-store.js';
import { openConstellation, patternOf, serve, syncErrorOf, until } from '../support.js';
import { format, placedDelta, postFrame, snapshots } from '../v2/support.js';

const message = async (deviceId: string, seq = 1): Promise<Uint8Array> =>
  (await format.encodeDelta(placedDelta(deviceId, seq, patternOf(0)))).bytes;

/** A 429 or 503, as a problem that says when to come back. */
async function waitOf(answer: Response): Promise<number> {
  const problem = (await answer.json()) as { type: string; next_sync?: { min_ms: number } };
  expect(problem.type).toBe('urn:omega-tv:problem:http');
  const seconds = Number(answer.headers.get('retry-after'));
  expect(seconds).toBeGreaterThan(0);
  if (problem.next_sync !== undefined) {
    expect(Math.ceil(problem.next_sync.min_ms / 1000)).toBeGreaterThanOrEqual(seconds);
  }
  return seconds;
}

const lowerCase = (headers: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));

describe('a limit for one address', () => {
  it('answers 429 above it, to that address alone (rule 13.8)', async () => {
    const limits = { perAddress: 3 };
    const { url } = await serve({}, { limits, trustProxies: ['127.0.0.1'] });
    const ask = (address: string) =>
      fetch(`${url}/api/v1/health`, { headers: { 'x-forwarded-for': address } });
    for (let i = 0; i < 3; i += 1) expect((await ask('203.0.113.7')).status).toBe(200);
    const fourth = await ask('203.0.113.7');
    expect(fourth.status).toBe(429);
    expect(await waitOf(fourth)).toBeLessThanOrEqual(60);
    expect((await ask('203.0.113.8')).status).toBe(200);
    // One who has an IPv6 network has all of its addresses.
    for (let i = 0; i < 3; i += 1) expect((await ask(`2001:db8::${i + 1}`)).status).toBe(200);
    expect((await ask('2001:db8::9')).status).toBe(429);
  });

  it('does not hold for this machine, whatever a client claims to be (rule 13.8)', async () => {
    const { url } = await serve({}, { limits: { perAddress: 1 } });
    for (const address of ['203.0.113.7', '203.0.113.7', '203.0.113.7']) {
      const headers = { 'x-forwarded-for': address };
      expect((await fetch(`${url}/api/v1/health`, { headers })).status).toBe(200);
    }
  });
});

describe('a limit for one device', () => {
  it('answers 429 above it, to that device alone (rule 13.8)', async () => {
    const { authenticator, mint } = await createAuthority();
    const { url, constellation } = await serve(
      { snapshots },
      { authenticator, limits: { perDevice: 2 } },
    );
    const push = async (device: string) =>
      postFrame(url, await message(device), bearer(await mint(device)));
    expect([(await push('a')).status, (await push('a')).status]).toEqual([200, 200]);
    const third = await push('a');
    expect(third.status).toBe(429);
    await waitOf(third);
    expect((await push('b')).status).toBe(200);
    expect(constellation.report()).toMatchObject({ deltasApplied: 2, duplicates: 1 });
  });

  it('counts what comes over HTTP and what another carrier brings together (rule 13.8)', async () => {
    const { authenticator, mint } = await createAuthority();
    const { app, url } = await serve({ snapshots }, { authenticator, limits: { perDevice: 2 } });
    const headers = {
      'content-type': format.mediaType,
      ...lowerCase(bearer(await mint('a'))),
    };
    const body = await message('a');
    const respond = () => app.respond({ method: 'POST', path: PATHS.sync, headers, body });
    expect((await respond()).status).toBe(200);
    expect((await postFrame(url, body, bearer(await mint('a')))).status).toBe(200);
    const third = await respond();
    expect(third.status).toBe(429);
    expect(Number(third.headers['retry-after'])).toBeGreaterThan(0);
    expect((await postFrame(url, body, bearer(await mint('a')))).status).toBe(429);
  });

  it('holds for a minute from the first on (rule 13.8)', () => {
    const clock = { ms: 1000, nowMs: () => clock.ms, monotonicMs: () => clock.ms };
    const rate = new DeviceRate(2, clock);
    rate.take('a');
    clock.ms += 59_999;
    rate.take('a');
    const tooMany = expect.objectContaining({ code: 'http', retryAfterMs: 1 });
    expect(() => {
      rate.take('a');
    }).toThrow(tooMany);
    clock.ms += 1;
    rate.take('a');
    rate.take('a');
    expect(() => {
      rate.take('a');
    }).toThrow(expect.objectContaining({ retryAfterMs: 60_000 }));
  });

  it.each([0, -1, 1.5, NaN])('cannot be %d', async (limit) => {
    const constellation = await openConstellation();
    for (const limits of [{ perDevice: limit }, { perAddress: limit }]) {
      expect(() => createServer(constellation, { limits })).toThrow(
        expect.objectContaining({ code: 'invalid-config', details: { field: 'limits' } }),
      );
    }
    await constellation.close();
  });
});

describe('more pushes than there is room for', () => {
  it('are answered 503 unread, and the rest as ever (rule 13.9)', async () => {
    const store = new ControlledStore(createMemoryConstellationStore());
    const { url, constellation } = await serve(
      { snapshots, store },
      { limits: { pendingPushes: 2 } },
    );
    store.plan('hold');
    const waiting = [postFrame(url, await message('a')), postFrame(url, await message('b'))];
    await until(() => store.isHolding && constellation.report().deltasApplied === 2);
    // Not even garbage is looked at.
    for (const body of [await message('c'), new Uint8Array(100)]) {
      const shed = await postFrame(url, body);
      expect(shed.status).toBe(503);
      expect(await waitOf(shed)).toBe(30);
    }
    store.settle('pass');
    for (const answer of await Promise.all(waiting)) expect(answer.status).toBe(200);
    expect((await postFrame(url, await message('c'))).status).toBe(200);
    expect(constellation.report()).toMatchObject({ devices: 3, refused: 0 });
  });

  it('stretch the window before it comes to that (rule 13.9)', async () => {
    const store = new ControlledStore(createMemoryConstellationStore());
    const syncWindow = { minMs: 0, maxMs: 1000 };
    const { url, constellation } = await serve(
      { snapshots, store, syncWindow },
      { limits: { pendingPushes: 2 } },
    );
    const windowOf = async (answer: Promise<Response>) =>
      decodeAnswerFrame(new Uint8Array(await (await answer).arrayBuffer())).window;
    expect(await windowOf(postFrame(url, await message('a')))).toEqual(syncWindow);
    store.plan('hold');
    const first = postFrame(url, await message('b'));
    await until(() => store.isHolding && constellation.report().deltasApplied === 2);
    const second = postFrame(url, await message('c'));
    await until(() => constellation.report().deltasApplied === 3);
    store.settle('pass');
    expect(await windowOf(first)).toEqual(syncWindow);
    expect(await windowOf(second)).toEqual({ minMs: 500, maxMs: 2500 });
  });

  it('stretch it the more, the more wait, and never shorten it', async () => {
    const load = new PushLoad(4);
    const wide = { minMs: 700, maxMs: 1000 };
    const seen: unknown[] = [];
    const ends: (() => void)[] = [];
    for (let pending = 0; pending <= 4; pending += 1) {
      seen.push(load.stretch(wide));
      if (pending === 4) break;
      const work = new Promise<void>((resolve) => ends.push(resolve));
      void load.admit(() => work);
    }
    expect(seen).toEqual([
      wide,
      { minMs: 700, maxMs: 1750 },
      { minMs: 700, maxMs: 2500 },
      { minMs: 750, maxMs: 3250 },
      { minMs: 1000, maxMs: 4000 },
    ]);
    const refused = await syncErrorOf(load.admit(() => Promise.resolve()));
    expect(refused).toMatchObject({ code: 'http', details: { status: 503 }, retryable: true });
    expect(load.shed).toBe(1);
    ends.forEach((end) => {
      end();
    });
  });
});
