import { describe, expect, it } from '@jest/globals';
import { encodeBatchFrame } from '@omega-tv/compression';
import type { ServerOptions } from '../../src/index.js';
import { bodyOf, patternOf, serve, type TestServer } from '../support.js';
import { format, placedDelta, postFrame, pushFrame, snapshots } from '../v2/support.js';
import { bearer, createAuthority } from './support.js';

const V1 = { 'content-type': 'application/octet-stream' };

async function serveWithKeys(options: ServerOptions = {}) {
  const authority = await createAuthority();
  const { authenticator } = authority;
  const server = await serve({ snapshots }, { authenticator, ...options });
  return { ...authority, ...server };
}

async function frameOf(deviceId: string, seq = 1): Promise<Uint8Array> {
  return (await format.encodeDelta(placedDelta(deviceId, seq, patternOf(0)))).bytes;
}

/** The status of an answer, and the problem that it must be. */
async function problemOf(answer: Response): Promise<object> {
  expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  const problem = (await answer.json()) as { type: string; status: number };
  expect(problem).toMatchObject({ type: 'urn:omega-tv:problem:http', status: answer.status });
  return problem;
}

async function publishThree(server: TestServer, push: (device: string) => Promise<Response>) {
  for (const device of ['a', 'b', 'c']) expect((await push(device)).status).toBe(200);
  return server.constellation.publish();
}

describe('a server with keys', () => {
  it('takes the pushes of who shows a token', async () => {
    const server = await serveWithKeys();
    const globals = await publishThree(server, async (device) =>
      postFrame(server.url, await frameOf(device), bearer(await server.mint(device))),
    );
    expect(globals?.patterns).toHaveLength(1);
  });

  it('says so in its document, and one without keys does not (rule 13.31)', async () => {
    const documentOf = async ({ url }: TestServer) =>
      (await (await fetch(`${url}/api/v1/openapi.json`)).json()) as {
        paths: Record<string, Record<string, { security?: unknown }>>;
        components: { securitySchemes?: unknown };
      };
    const locked = await documentOf(await serveWithKeys());
    expect(locked.paths['/api/v1/sync']!.post!.security).toEqual([{ deviceToken: [] }]);
    expect(locked.components.securitySchemes).toMatchObject({
      deviceToken: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
    });
    const open = await documentOf(await serve({ snapshots }));
    expect(open.paths['/api/v1/sync']!.post!.security).toBeUndefined();
    expect(open.components.securitySchemes).toBeUndefined();
  });

  it('answers 401 without a good one, and says which scheme it wants (rules 3.3, 13.1)', async () => {
    const { url, mint, clock, constellation } = await serveWithKeys();
    const frame = await frameOf('tv-1');
    const token = await mint('tv-1', 60);
    clock.timeMs += 60_000;
    for (const [authorization, challenge] of [
      [undefined, 'Bearer realm="omega-tv"'],
      ['Basic dHY6dHY=', 'Bearer realm="omega-tv", error="invalid_token"'],
      ['Bearer', 'Bearer realm="omega-tv", error="invalid_token"'],
      ['Bearer a.b.c', 'Bearer realm="omega-tv", error="invalid_token"'],
      [`Bearer ${token}`, 'Bearer realm="omega-tv", error="invalid_token"'],
    ] as const) {
      const answer = await postFrame(
        url,
        frame,
        authorization === undefined ? {} : { authorization },
      );
      expect([authorization, answer.status]).toEqual([authorization, 401]);
      expect(answer.headers.get('www-authenticate')).toBe(challenge);
      expect(JSON.stringify(await problemOf(answer))).not.toContain(token);
    }
    expect(constellation.report()).toMatchObject({ devices: 0, deltasApplied: 0 });
  });

  it('counts and writes nothing of who has shown no token, whatever its body is (rule 13.40)', async () => {
    const { url, constellation } = await serveWithKeys();
    const answer = await postFrame(url, await frameOf('tv-1'), { 'content-type': 'text/plain' });
    expect(answer.status).toBe(415);
    expect(constellation.report().refused).toBe(0);
  });

  it('takes the scheme in any case', async () => {
    const { url, mint } = await serveWithKeys();
    const authorization = `bEARER  ${await mint('tv-1')}`;
    expect((await postFrame(url, await frameOf('tv-1'), { authorization })).status).toBe(200);
  });

  it('answers 403 where a delta, or a batch, speaks for another device (rule 13.2)', async () => {
    const { url, mint, constellation } = await serveWithKeys({ allowV1: true });
    const mine = bearer(await mint('tv-1'));
    const deltas = [placedDelta('tv-2', 1, patternOf(0)), placedDelta('tv-2', 2, patternOf(1))];
    const messages = await Promise.all(deltas.map((delta) => format.encodeDelta(delta)));
    const batch = encodeBatchFrame(messages.map(({ bytes }) => bytes));
    const v1 = await bodyOf('tv-2', patternOf(0));
    for (const answer of [
      await postFrame(url, await frameOf('tv-2'), mine),
      await postFrame(url, batch, mine),
      await postFrame(url, v1, { ...V1, ...mine }),
    ]) {
      expect(answer.status).toBe(403);
      await problemOf(answer);
    }
    expect(constellation.report()).toMatchObject({ devices: 0, samplesAccepted: 0 });
  });

  it('lets everybody have what is public (rule 13.5)', async () => {
    const server = await serveWithKeys();
    await publishThree(server, async (device) =>
      postFrame(server.url, await frameOf(device), bearer(await server.mint(device))),
    );
    for (const path of ['health', 'sync/version', 'openapi.json', 'snapshots/global/1']) {
      expect((await fetch(`${server.url}/api/v1/${path}`)).status).toBe(200);
    }
  });
});

describe('v1 at a server with keys', () => {
  it('is refused, with a token too, unless it is allowed (rule 13.3)', async () => {
    const { url, mint, constellation } = await serveWithKeys();
    const body = await bodyOf('tv-1', patternOf(0));
    for (const headers of [V1, { ...V1, ...bearer(await mint('tv-1')) }]) {
      const answer = await postFrame(url, body, headers);
      expect(answer.status).toBe(403);
      await problemOf(answer);
    }
    expect(constellation.report()).toMatchObject({ devices: 0 });
  });

  it('is counted where it is allowed, and joins no cohort (rule 13.3)', async () => {
    const server = await serveWithKeys({ allowV1: true });
    const { url, mint, constellation } = server;
    const body = (device: string) => bodyOf(device, patternOf(0));
    expect(await publishThree(server, async (one) => postFrame(url, await body(one), V1))).toBe(
      undefined,
    );
    const withToken = async (one: string) =>
      postFrame(url, await body(one), { ...V1, ...bearer(await mint(one)) });
    expect(await publishThree(server, withToken)).toBe(undefined);
    expect(constellation.report()).toMatchObject({ deltasApplied: 6, samplesAccepted: 72 });
    expect((await postFrame(url, await body('a'), V1)).status).toBe(200);
    expect(constellation.report()).toMatchObject({ duplicates: 1, samplesAccepted: 72 });
  });

  it('spoils nothing of a device that it names (rule 13.3)', async () => {
    const { url, mint, constellation } = await serveWithKeys({ allowV1: true });
    const most = patternOf(0, { sampleCount: 2 ** 30 });
    const junk = Array.from({ length: 127 }, (_, i) => ({ ...most, id: `junk-${i}` }));
    for (const one of [most, ...junk]) {
      expect((await postFrame(url, await bodyOf('tv-1', one), V1)).status).toBe(200);
    }
    const before = constellation.report().samplesAccepted;
    // Without capabilities it is counted by marks, as the first release of frames does it.
    const delta = placedDelta('tv-1', 1, patternOf(0));
    const { receipt } = await pushFrame(url, delta, { headers: bearer(await mint('tv-1')) });
    expect(receipt.outcome).toBe('applied');
    expect(constellation.report().samplesAccepted - before).toBe(12);
  });
});
