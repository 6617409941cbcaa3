import { describe, expect, it } from '@jest/globals';
import { PUBLISHED_ID_PREFIX } from '@omega-tv/types';
import { push, RawConnection } from './raw-http.js';
import {
  bodyOf,
  bodyOfJson,
  format,
  jsonOf,
  openConstellation,
  patternOf,
  refusedCount,
  serve,
  syncErrorOf,
} from './support.js';

const nothing = { devices: 0, deltasApplied: 0, duplicates: 0, samplesAccepted: 0 };

describe('a bad pattern', () => {
  const spoilings: readonly (readonly [string, Record<string, unknown>])[] = [
    ['embedding', { embedding: [0.5] }],
    ['embedding', { embedding: Array.from({ length: 385 }, () => 0.05) }],
    ['embedding[7]', { embedding: patternOf(1).embedding.map((v) => Math.round(v * 10)) }],
    ['success_rate', { success_rate: 1.1 }],
    ['success_rate', { success_rate: null }],
    ['sample_count', { sample_count: 0 }],
    ['sample_count', { sample_count: 1.5 }],
    ['id', { id: 7 }],
    ['genre', { genre: undefined }],
  ];
  it.each(spoilings)('refuses the whole delta, naming its %s (rule 4.3)', async (field, change) => {
    const constellation = await openConstellation();
    const json = jsonOf('tv-1', patternOf(0), patternOf(1));
    const [first, second] = json.patterns;
    const spoilt = { ...second, ...change } as { embedding: number[] };
    // NaN arrives as null.
    if (field === 'embedding[7]') {
      spoilt.embedding = Object.assign([...second!.embedding], { 7: NaN });
    }
    const body = await bodyOfJson({ ...json, patterns: [first, spoilt] });
    const error = await syncErrorOf(constellation.sync(body));
    expect(error.code).toBe('invalid-pattern');
    expect(error.details).toMatchObject({ path: `patterns[1].${field}` });
    expect(error.message).toContain(`patterns[1].${field}`);
    await refusedCount(constellation, 1);
    expect(constellation.report()).toMatchObject({ ...nothing, refused: 1 });

    // Its good pattern left no mark: it counts in full afterwards.
    await constellation.sync(await bodyOf('tv-1', patternOf(0)));
    expect(constellation.report()).toMatchObject({
      devices: 1,
      deltasApplied: 1,
      samplesAccepted: 12,
      refused: 1,
    });
  });

  it('is shown as problem details over HTTP, without a long value', async () => {
    const { port } = await serve();
    const json = jsonOf('tv-1', patternOf(0));
    const spoil = (change: object) =>
      bodyOfJson({ ...json, patterns: [{ ...json.patterns[0], ...change }] });
    const answer = await push(port, await spoil({ success_rate: 1.5 }));
    expect(answer.status).toBe(422);
    expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(JSON.parse(answer.body.toString())).toMatchObject({
      type: 'urn:omega-tv:problem:invalid-pattern',
      title: 'A pattern breaks a rule',
      status: 422,
      path: 'patterns[0].success_rate',
      value: 1.5,
      limit: 'must be <= 1',
    });
    const long = await push(port, await spoil({ genre: 'drama '.repeat(20_000) }));
    expect(long.status).toBe(422);
    expect(long.body.length).toBeLessThan(1024);
    expect(JSON.parse(long.body.toString())).not.toHaveProperty('value');
  });
});

describe('samples count once', () => {
  it('over duplicates, higher, equal and lower counts (rule 4.1)', async () => {
    const constellation = await openConstellation();
    const sync = async (sampleCount: number) =>
      constellation.sync(await bodyOf('tv-1', patternOf(0, { sampleCount })));
    await sync(12);
    await sync(12);
    expect(constellation.report()).toMatchObject({ deltasApplied: 1, duplicates: 1 });
    await sync(20);
    expect(constellation.report()).toMatchObject({ deltasApplied: 2, samplesAccepted: 20 });
    await sync(15);
    await sync(20);
    await sync(21);
    expect(constellation.report()).toMatchObject({
      devices: 1,
      deltasApplied: 3,
      duplicates: 3,
      refused: 0,
      samplesAccepted: 21,
    });
  });

  it('up to 2^53 - 1 in all (rule 11.12)', async () => {
    const constellation = await openConstellation();
    const sampleCount = Number.MAX_SAFE_INTEGER;
    for (const device of ['tv-1', 'tv-2']) {
      await constellation.sync(await bodyOf(device, patternOf(0, { sampleCount })));
    }
    expect(constellation.report()).toMatchObject({ devices: 2, samplesAccepted: sampleCount });
  });

  it('when one delta names an id twice', async () => {
    const constellation = await openConstellation();
    await constellation.sync(
      await bodyOf('tv-1', patternOf(0, { id: 'same' }), patternOf(1, { id: 'same' })),
    );
    expect(constellation.report()).toMatchObject({ deltasApplied: 1, samplesAccepted: 12 });
  });

  it('per device: the same pattern of two devices is two contributions (rule 4.1)', async () => {
    const constellation = await openConstellation();
    await constellation.sync(await bodyOf('tv-1', patternOf(0)));
    await constellation.sync(await bodyOf('TV-1', patternOf(0)));
    expect(constellation.report()).toMatchObject({ devices: 2, samplesAccepted: 24 });
  });

  it('when eight connections push the same bytes at once', async () => {
    const { port, constellation } = await serve();
    const body = await bodyOf('tv-1', patternOf(0));
    const answers = await Promise.all(Array.from({ length: 8 }, () => push(port, body)));
    expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(200));
    expect(constellation.report()).toMatchObject({
      devices: 1,
      deltasApplied: 1,
      duplicates: 7,
      samplesAccepted: 12,
    });
  });

  it('when many devices push at once, again and again', async () => {
    const { port, constellation } = await serve();
    await Promise.all(
      Array.from({ length: 24 }, async (_, device) => {
        for (const sampleCount of [10, 10, 25, 11, 40]) {
          const body = await bodyOf(`tv-${device}`, patternOf(device, { sampleCount }));
          expect((await push(port, body)).status).toBe(200);
        }
      }),
    );
    expect(constellation.report()).toMatchObject({
      devices: 24,
      deltasApplied: 72,
      duplicates: 48,
      refused: 0,
      samplesAccepted: 24 * 40,
    });
  });
});

describe('published patterns', () => {
  it('move nothing when a v1 client stores them and pushes them back (rule 4.4)', async () => {
    const constellation = await openConstellation();
    const devices = ['tv-1', 'tv-2', 'tv-3', 'tv-4', 'tv-5', 'tv-6'];
    for (const device of devices) await constellation.sync(await bodyOf(device, patternOf(0)));
    const published = await constellation.publish();
    const { patterns } = await format.decodeGlobalPatterns(
      await constellation.sync(await bodyOf('tv-1')),
    );
    expect(patterns[0]?.id.startsWith(PUBLISHED_ID_PREFIX)).toBe(true);
    const before = constellation.report();
    for (const device of devices) await constellation.sync(await bodyOf(device, ...patterns));
    expect(constellation.report()).toEqual({ ...before, duplicates: before.duplicates + 6 });
    expect(await constellation.publish()).toBeUndefined();
    expect(constellation.version).toBe(published?.version);
  });
});

describe('the ids of a device', () => {
  it('are 128 at most: a delta with one more is refused whole, known ids go on (rule 4.2)', async () => {
    const constellation = await openConstellation();
    for (let id = 0; id < 127; id += 1) {
      await constellation.sync(await bodyOf('tv-1', patternOf(id)));
    }
    const both = await bodyOf('tv-1', patternOf(127), patternOf(128));
    const error = await syncErrorOf(constellation.sync(both));
    expect(error.code).toBe('invalid-pattern');
    expect(error.details).toMatchObject({ path: 'patterns[1].id', value: 'p128' });
    await refusedCount(constellation, 1);
    expect(constellation.report()).toMatchObject({ deltasApplied: 127, samplesAccepted: 127 * 12 });

    await constellation.sync(await bodyOf('tv-1', patternOf(127)));
    await syncErrorOf(constellation.sync(await bodyOf('tv-1', patternOf(128))));
    await constellation.sync(await bodyOf('tv-1', patternOf(5, { sampleCount: 13 })));
    await constellation.sync(await bodyOf('tv-2', patternOf(128)));
    await refusedCount(constellation, 2);
    expect(constellation.report()).toMatchObject({
      devices: 2,
      deltasApplied: 130,
      duplicates: 0,
      samplesAccepted: 128 * 12 + 1 + 12,
    });
  });
});

describe('what a client names', () => {
  it.each([0, 1, 2, 1_000_000, Number.MAX_SAFE_INTEGER])(
    'as version %d is no reason to refuse it (rule 3.2)',
    async (version) => {
      const constellation = await openConstellation();
      const { bytes } = await format.encodeDelta({
        deviceId: 'tv-1',
        patterns: [patternOf(0)],
        version,
        timestamp: '2001-01-01T00:00:00Z',
      });
      await constellation.sync(bytes);
      expect(constellation.report()).toMatchObject({ deltasApplied: 1, version: 0 });
    },
  );

  it('in headers decides nothing: the body does (rule 3.2)', async () => {
    const { port, constellation } = await serve();
    const body = await bodyOf('tv-1', patternOf(0));
    const head = `POST /api/v1/sync HTTP/1.1\r\nhost: x\r\ncontent-length: ${body.length}\r\n`;
    const connection = await RawConnection.open(port);
    for (const headers of [
      '',
      'x-device-id: somebody-else\r\nx-sync-version: 99\r\n',
      'x-device-id: \r\nx-sync-version: not a number\r\n',
      'X-DEVICE-ID: a\r\nx-device-id: b\r\n',
      'content-type: Application/Octet-Stream; charset=binary\r\n',
    ]) {
      connection.send(head, headers, '\r\n', body);
      expect((await connection.answer())?.status).toBe(200);
    }
    connection.destroy();
    expect(constellation.report()).toMatchObject({ devices: 1, deltasApplied: 1, duplicates: 4 });
  });
});
