import { decodeSnapshotFrame } from '@omega-tv/compression';
import { createOpenApiDocument } from '@omega-tv/protocol';
import { describe, expect, it } from '@jest/globals';
import { RawConnection } from '../raw-http.js';
import { bodyOf, patternOf } from '../support.js';
import { codecs, format, placedDelta, postFrame, pushFrame, serveFrames } from './support.js';

async function published() {
  const server = await serveFrames();
  let seq = 0;
  for (const index of [0, 1]) {
    for (const device of ['a', 'b', 'c']) {
      await pushFrame(server.url, placedDelta(device, (seq += 1), patternOf(index)));
    }
    await server.constellation.publish();
  }
  const get = async (path: string, headers: Record<string, string> = {}) => {
    const response = await fetch(`${server.url}/api/v1/snapshots/${path}`, { headers });
    return { response, body: new Uint8Array(await response.arrayBuffer()) };
  };
  return { ...server, get };
}

describe('GET of a snapshot', () => {
  it('gives the same bytes for ever, and says so to caches (rule 11.6)', async () => {
    const { get } = await published();
    const { response, body } = await get('global/1');
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/vnd.omega-tv.frame');
    expect(response.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    const snapshot = decodeSnapshotFrame(codecs, body);
    expect(response.headers.get('etag')).toBe(`"${snapshot.hash}"`);
    expect((await get('global/1')).body).toEqual(body);
    for (const tags of [`"x", "${snapshot.hash}"`, `W/"${snapshot.hash}"`, '*']) {
      const known = await get('global/1', { 'if-none-match': tags });
      expect(known.response.status).toBe(304);
      expect(known.body).toHaveLength(0);
    }
    expect((await get('global/1', { 'if-none-match': '"x"' })).response.status).toBe(200);
  });

  it('gives a diff to a base that it knows, under a tag of its own, else the whole (rule 11.6)', async () => {
    const { get } = await published();
    const base = decodeSnapshotFrame(codecs, (await get('global/1')).body);
    const whole = await get('global/2');
    const diff = await get('global/2?base=1');
    expect(diff.response.headers.get('etag')).not.toBe(whole.response.headers.get('etag'));
    expect(decodeSnapshotFrame(codecs, diff.body, base)).toEqual(
      decodeSnapshotFrame(codecs, whole.body),
    );
    expect((await get('global/2?base=99')).body).toEqual(whole.body);
    expect((await get('global/2?base=2')).body).toEqual(whole.body);
  });

  it.each([
    ['global/3', 404],
    ['DE/1', 404],
    [`${'x'.repeat(2000)}/1`, 404],
    ['global/first', 400],
    ['global/-1', 400],
    ['global/1?base=x', 400],
    ['global/1?base=1&base=2', 400],
    ['global/01', 400],
    ['global/1?base=01', 400],
    ['global/9007199254740991', 404],
    ['global/9007199254740992', 400],
  ])('of %s is a problem with status %i that no cache keeps (rule 11.6)', async (path, status) => {
    const { get } = await published();
    const { response } = await get(path);
    expect(response.status).toBe(status);
    expect(response.headers.get('content-type')).toContain('application/problem+json');
    expect(response.headers.get('cache-control')).toBe('no-store');
  });
});

it.each([
  ['health', 'GET, HEAD'],
  ['sync/version', 'GET, HEAD'],
  ['openapi.json', 'GET, HEAD'],
  ['snapshots/global/1', 'GET, HEAD'],
  ['sync', 'POST'],
])('%s names its methods to others (rule 3.3)', async (route, allow) => {
  const { url, constellation } = await serveFrames();
  for (const method of ['DELETE', 'PUT', 'PATCH', 'OPTIONS', 'QUERY']) {
    const response = await fetch(`${url}/api/v1/${route}`, { method });
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe(allow);
    expect(await response.json()).toMatchObject({ type: 'urn:omega-tv:problem:protocol' });
  }
  expect(constellation.report().refused).toBe(0);
});

it('what changes is kept by no cache (rule 11.6)', async () => {
  const { url, port } = await serveFrames();
  for (const route of ['health', 'sync/version']) {
    const { headers } = await fetch(`${url}/api/v1/${route}`);
    expect(headers.get('cache-control')).toBe('no-store');
  }
  const { bytes } = await format.encodeDelta(placedDelta('a', 1));
  for (const [body, mediaType, status] of [
    [bytes, format.mediaType, 200],
    [await bodyOf('a'), 'application/octet-stream', 200],
    [bytes.subarray(1), format.mediaType, 400],
    [bytes, 'text/plain', 415],
  ] as const) {
    const response = await postFrame(url, body, { 'content-type': mediaType });
    expect(response.status).toBe(status);
    expect(response.headers.get('cache-control')).toBe('no-store');
  }
  const connection = await RawConnection.open(port);
  connection.send('hello\r\n\r\n');
  expect((await connection.answer())?.headers.get('cache-control')).toBe('no-store');
  connection.destroy();
});

it('the contract is served as the package makes it', async () => {
  const { url } = await serveFrames();
  const response = await fetch(`${url}/api/v1/openapi.json`);
  expect(await response.json()).toEqual(JSON.parse(JSON.stringify(createOpenApiDocument())));
});
