import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from '@jest/globals';
import { loadCatalogue } from '@omega-tv/catalogue';
import { temporaryFolder } from '@omega-tv/test-support';
import { serveGuarded } from './examples/guarded-server.js';
import { runExample } from './examples/run-example.js';
import { patternsOf, SAMPLES } from './patterns.js';
import { root } from './workspace.js';

it('the TV shares with its token, stops cleanly, and says nothing twice', async () => {
  const { constellation, url, writeToken } = await serveGuarded();
  const data = path.join(await temporaryFolder(), 'kitchen');
  const TOKEN_FILE = await writeToken('kitchen');
  const env = { CONSTELLATION_URL: url, TOKEN_FILE, DATA: data, START_WITHIN_MS: '0' };
  const pushed = 'pushed 1, received 0';
  expect(await runExample('tv/tv.mjs', [], env, pushed)).toEqual({
    code: 0,
    lines: ['store opened', pushed],
  });
  expect(constellation.report()).toMatchObject({ devices: 1, samplesAccepted: 12 });
  await constellation.publish();
  const received = 'pushed 0, received 1';
  expect((await runExample('tv/tv.mjs', [], env, received)).lines).toContain(received);
  expect(constellation.report().samplesAccepted).toBe(12);
});

it('the TV keeps what it has when its token is not taken', async () => {
  const { constellation, url, writeToken } = await serveGuarded();
  const DATA = path.join(await temporaryFolder(), 'kitchen');
  const TOKEN_FILE = await writeToken('attic');
  const env = { CONSTELLATION_URL: url, TOKEN_FILE, DATA, START_WITHIN_MS: '0' };
  const refused = 'not synced: http';
  expect((await runExample('tv/tv.mjs', [], env, refused)).lines).toContain(refused);
  expect(constellation.report().samplesAccepted).toBe(0);
});

it('the TV has about fifty lines', async () => {
  const source = await readFile(path.join(root, 'examples/tv/tv.mjs'), 'utf8');
  expect(source.trimEnd().split('\n').length).toBeLessThanOrEqual(52);
});

it('federation alone: patterns of enough devices, and none of fewer', async () => {
  const file = path.join(await temporaryFolder(), 'deltas.ndjson');
  const [pattern] = patternsOf(1);
  const deltas = ['kitchen', 'attic', 'garage'].map((device_id) => ({
    ...{ device_id, patterns: [pattern], version: 0 },
    timestamp: '2026-01-01T10:00:00.000Z',
  }));
  await writeFile(file, deltas.map((delta) => `${JSON.stringify(delta)}\n`).join(''));
  const globalsOf = async (minDevices: string): Promise<unknown> =>
    JSON.parse((await runExample('federation/fold.mjs', [file, minDevices])).lines[0] ?? '');
  expect(await globalsOf('4')).toBeNull();
  expect(await globalsOf('3')).toMatchObject({
    version: 1,
    patterns: [{ genre: pattern?.genre, sample_count: expect.any(Number) }],
  });
  expect(SAMPLES).toBeGreaterThan(0);
});

it('the codec alone: vectors in 64 bytes each, near what they were', async () => {
  const folder = await temporaryFolder();
  // The titles that the shipped codebook has never seen.
  const vectors = loadCatalogue()
    .filter((_, index) => index % 5 === 0)
    .map(({ embedding }) => embedding);
  const from = path.join(folder, 'vectors.f32');
  await writeFile(from, Buffer.concat(vectors.map((one) => Buffer.from(one.slice().buffer))));
  const to = path.join(folder, 'coded.bin');
  const { code, lines } = await runExample('codec/code-vectors.mjs', [from, to]);
  expect(code).toBe(0);
  expect((await readFile(to)).length).toBeLessThanOrEqual(64 * vectors.length);
  const cosine = Number(/^mean cosine (.*)$/.exec(lines[1] ?? '')?.[1]);
  expect(cosine).toBeGreaterThan(0.96);
});
