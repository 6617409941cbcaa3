import { describe, expect, it } from '@jest/globals';
import type { ServerOptions } from '../../src/index.js';
import { bearer, createAuthority } from '../auth/support.js';
import { openConstellation, patternOf, serve } from '../support.js';
import { createServer } from '../../src/index.js';
import { format, placedDelta, postFrame, snapshots } from '../v2/support.js';

const ORIGIN = 'https://tv.example.com';
const OTHER = 'https://elsewhere.example.com';

const serveWith = (options: ServerOptions) => serve({ snapshots }, options);

/** What a browser asks before a push with these headers. */
function preflight(url: string, origin: string, path = 'sync', method = 'POST') {
  return fetch(`${url}/api/v1/${path}`, {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': method,
      'access-control-request-headers':
        'accept,authorization,content-type,prefer,traceparent,x-device-id,x-sync-version',
    },
  });
}

function corsHeaders({ headers }: Response): readonly string[] {
  return [...headers.keys()].filter((name) => name.startsWith('access-control-'));
}

describe('pages of other origins', () => {
  it('get nothing unless their origin is allowed (rule 13.7)', async () => {
    const { url } = await serveWith({});
    const asked = await preflight(url, ORIGIN);
    expect([asked.status, corsHeaders(asked)]).toEqual([405, []]);
    const answer = await fetch(`${url}/api/v1/health`, { headers: { origin: ORIGIN } });
    expect(corsHeaders(answer)).toEqual([]);
  });

  it('may use every route with all headers where it is (rule 13.7)', async () => {
    const { authenticator, mint } = await createAuthority();
    const { url } = await serveWith({ authenticator, allowOrigins: [OTHER, ORIGIN] });
    for (const [path, method] of [
      ['sync', 'POST'],
      ['snapshots/global/1', 'GET'],
      ['sync/version', 'GET'],
    ] as const) {
      const asked = await preflight(url, ORIGIN, path, method);
      expect(asked.status).toBe(204);
      expect(asked.headers.get('access-control-allow-origin')).toBe(ORIGIN);
      expect(asked.headers.get('access-control-allow-methods')).toContain(method);
      const allowed = asked.headers.get('access-control-allow-headers')?.toLowerCase().split(', ');
      for (const name of ['accept', 'authorization', 'content-type', 'prefer', 'traceparent']) {
        expect(allowed).toContain(name);
      }
      expect(allowed).toEqual(expect.arrayContaining(['x-device-id', 'x-sync-version']));
    }
    const { bytes } = await format.encodeDelta(placedDelta('tv-1', 1, patternOf(0)));
    const headers = { origin: ORIGIN, ...bearer(await mint('tv-1')) };
    const pushed = await postFrame(url, bytes, headers);
    expect(pushed.status).toBe(200);
    expect(pushed.headers.get('access-control-allow-origin')).toBe(ORIGIN);
    expect(pushed.headers.get('vary')).toBe('Origin');
    const exposed = pushed.headers.get('access-control-expose-headers');
    for (const name of ['Accept-Post', 'Retry-After', 'ETag', 'Date']) {
      expect(exposed).toContain(name);
    }
  });

  it('can read refusals, too', async () => {
    const { authenticator } = await createAuthority();
    const { url } = await serveWith({ authenticator, allowOrigins: [ORIGIN] });
    for (const answer of [
      await postFrame(url, new Uint8Array(), { origin: ORIGIN }),
      await fetch(`${url}/api/v1/nothing`, { headers: { origin: ORIGIN } }),
    ]) {
      expect([401, 404]).toContain(answer.status);
      expect(answer.headers.get('access-control-allow-origin')).toBe(ORIGIN);
    }
  });

  it('of an origin that is not named get nothing (rule 13.7)', async () => {
    const { url } = await serveWith({ allowOrigins: [ORIGIN] });
    const asked = await preflight(url, OTHER);
    expect(asked.headers.get('access-control-allow-origin')).toBeNull();
    const any = await serveWith({ allowOrigins: ['*'] });
    expect((await preflight(any.url, OTHER)).headers.get('access-control-allow-origin')).toBe('*');
  });

  it.each(['tv.example.com', `${ORIGIN}/`, `${ORIGIN}/app`, 'null', '', 'https://a b'])(
    'cannot have %j as their origin',
    async (origin) => {
      const constellation = await openConstellation();
      expect(() => createServer(constellation, { allowOrigins: [origin] })).toThrow(
        expect.objectContaining({ code: 'invalid-config', details: { field: 'allowOrigins' } }),
      );
      await constellation.close();
    },
  );

  it.each(['http://localhost:5173', 'app://local', 'http://[::1]:8080'])(
    'can have %s as their origin',
    async (origin) => {
      const { url } = await serveWith({ allowOrigins: [origin] });
      const asked = await preflight(url, origin);
      expect(asked.headers.get('access-control-allow-origin')).toBe(origin);
    },
  );
});
