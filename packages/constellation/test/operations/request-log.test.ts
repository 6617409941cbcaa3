import { pino } from 'pino';
import { describe, expect, it } from '@jest/globals';
import { createServer, type ServerOptions } from '../../src/index.js';
import { bearer, createAuthority } from '../auth/support.js';
import { bodyOfJson, jsonOf, openConstellation, patternOf } from '../support.js';
import { format, placedDelta, snapshots } from '../v2/support.js';

const SECRET = 'secret-of-somebody';
const WARN = 40;
const INFO = 30;

type Line = Readonly<Record<string, unknown>>;

async function openLogged(options: ServerOptions = {}) {
  const lines: Line[] = [];
  const write = (text: string): void => {
    lines.push(JSON.parse(text) as Line);
  };
  const logger = pino({ level: 'debug' }, { write });
  const constellation = await openConstellation({ snapshots, logger });
  const app = createServer(constellation, { logger, ...options });
  const post = (headers: Record<string, string>, body: Uint8Array) =>
    app.inject({
      method: 'POST',
      url: '/api/v1/sync',
      headers: { 'content-type': format.mediaType, ...headers },
      payload: Buffer.from(body),
    });
  return { app, lines, constellation, post };
}

it('each refusal is one line at warn that shows nothing of a person (rule 13.10)', async () => {
  const { authenticator, mint } = await createAuthority();
  const { app, lines, constellation, post } = await openLogged({ authenticator, allowV1: true });
  const mine = bearer(await mint(SECRET));
  const { bytes } = await format.encodeDelta(
    placedDelta(SECRET, 1, patternOf(0, { id: SECRET, genre: SECRET })),
  );
  const bad = jsonOf(SECRET, patternOf(0, { id: SECRET, genre: SECRET }));
  const pattern = { ...bad.patterns[0], success_rate: SECRET };
  const v1 = await bodyOfJson({ ...bad, patterns: [pattern] });
  const answers = [
    await post({}, bytes),
    await post({ authorization: `Bearer ${SECRET}` }, bytes),
    await post(bearer(await mint('another')), bytes),
    await post(mine, new TextEncoder().encode(SECRET)),
    await post({ 'content-type': 'application/octet-stream', 'x-device-id': SECRET }, v1),
    await app.inject({ url: `/${SECRET}?q=${SECRET}`, headers: { 'user-agent': SECRET } }),
  ];
  expect(answers.map(({ statusCode }) => statusCode)).toEqual([401, 401, 403, 400, 422, 404]);
  const warned = lines.filter(({ level }) => level === WARN);
  expect(warned.map(({ status, code }) => [status, code])).toEqual([
    [401, 'http'],
    [401, 'http'],
    [403, 'http'],
    [400, 'compression'],
    [422, 'invalid-pattern'],
    [404, 'protocol'],
  ]);
  expect(warned[4]).toMatchObject({ path: 'patterns[0].success_rate', route: '/api/v1/sync' });
  // Whoever complains can say which line it was.
  const ids = answers.map(({ headers }) => headers['x-request-id']);
  expect(warned.map(({ reqId }) => reqId)).toEqual(ids);
  expect(new Set(ids).size).toBe(answers.length);
  const text = JSON.stringify(lines);
  expect(text).not.toContain(SECRET);
  expect(text).not.toContain(mine.authorization.slice('Bearer '.length));
  expect(text).not.toContain('127.0.0.1');
  await constellation.close();
});

describe('what went well', () => {
  it('is one line of so many, at info (rule 13.10)', async () => {
    const { app, lines, constellation } = await openLogged({ logEvery: 3 });
    for (let i = 0; i < 7; i += 1) await app.inject(`/api/v1/health?device=${SECRET}`);
    const answered = lines.filter(({ msg }) => msg === 'answered');
    expect(answered).toHaveLength(3);
    for (const line of answered) {
      expect(line).toMatchObject({ level: INFO, route: '/api/v1/health', status: 200 });
    }
    expect(JSON.stringify(lines)).not.toContain(SECRET);
    await constellation.close();
  });
});
