import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { loadCatalogue } from '@omega-tv/catalogue';
import { createRandom } from '@omega-tv/seeded-random';
import { reportTelevision } from '../src/cli/report.js';
import { Television } from '../src/tv/television.js';
import { createViewer, PERSONAS } from '@omega-tv/simulated-viewers';

const catalogue = loadCatalogue();
const [persona] = PERSONAS;
const viewer = createViewer({ catalogue, seed: 'television', persona: persona! });
const clock = { nowMs: () => Date.UTC(2026, 10, 1) };

let directory: string;

function open(key = 'ids'): Promise<Television> {
  return Television.open({ catalogue, directory, clock, random: createRandom(key) });
}

async function watchEvenings(television: Television, count: number): Promise<number> {
  let viewings = 0;
  for (let evening = 0; evening < count; evening += 1) {
    viewings += (await television.watchEvening(viewer)).length;
  }
  return viewings;
}

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'television-'));
});

afterEach(async () => {
  await rm(directory, { recursive: true, force: true });
});

describe('a television', () => {
  it('learns one sample a viewing and goes on after a restart', async () => {
    const first = await open();
    const viewings = await watchEvenings(first, 6);
    const { patterns, watched } = first;
    const list = await first.recommend();
    await first.close();

    const second = await open('other ids');
    expect(second.evenings).toBe(6);
    expect(second.watched).toEqual(watched);
    expect(new Set(second.patterns)).toEqual(new Set(patterns));
    expect((await second.recommend()).map(({ title }) => title.id)).toEqual(
      list.map(({ title }) => title.id),
    );
    expect((await second.books()).books.learned).toBe(viewings);
    await second.close();
  });

  it('brings patterns up to the history that a crash left ahead of them (rule 5.3)', async () => {
    const first = await open();
    const viewings = await watchEvenings(first, 3);
    // The crash falls between the two writes: the history is written, the patterns are not.
    jest
      .spyOn(first.store, 'skillStore')
      .mockImplementationOnce(() => Promise.reject(new Error('killed')));
    await expect(first.watchEvening(viewer)).rejects.toThrow('killed');
    const { watched } = first;
    expect(watched.length).toBeGreaterThan(viewings);
    await first.close();

    const second = await open();
    const { books } = await second.books();
    expect(watched).toHaveLength(second.watched.length);
    expect(books.learned).toBe(watched.length);
    await second.close();
  });

  it('keeps its patterns when the history is lost', async () => {
    const first = await open();
    const viewings = await watchEvenings(first, 5);
    const counts = new Map(first.patterns.map(({ id, sampleCount }) => [id, sampleCount]));
    await first.close();
    await rm(path.join(directory, 'history'), { recursive: true });

    const second = await open();
    expect(new Map(second.patterns.map(({ id, sampleCount }) => [id, sampleCount]))).toEqual(
      counts,
    );
    await second.remember([{ titleId: catalogue[7]!.id, completed: true, watchedFraction: 1 }]);
    expect((await second.books()).books.learned).toBe(viewings + 1);
    for (const { embedding } of second.patterns) expect(Math.hypot(...embedding)).toBeCloseTo(1, 4);
    await second.close();
  });

  it('sets a corrupt store aside and learns it again from the history (rule 5.2)', async () => {
    const first = await open();
    await watchEvenings(first, 5);
    const counts = new Map(first.patterns.map(({ id, sampleCount }) => [id, sampleCount]));
    await first.close();
    await writeFile(path.join(directory, 'patterns', 'CURRENT'), 'no such manifest');

    const second = await open();
    expect(second.recovered.map(({ outcome }) => outcome)).toEqual(['set-aside']);
    expect(await readdir(directory)).toContain(`patterns.corrupt-${clock.nowMs()}`);
    const stored = await second.store.skillList(1000, 'learned');
    expect(new Map(stored.map(({ id, sampleCount }) => [id, sampleCount]))).toEqual(counts);
    await second.close();
  });

  it('accounts for every sample before any server was reached', async () => {
    const television = await open();
    const viewings = await watchEvenings(television, 25);
    const report = await reportTelevision(television);
    expect(report).toMatchObject({
      samplesLearned: viewings,
      samplesAcknowledged: 0,
      samplesDeadLettered: 0,
      samplesDropped: 0,
      version: 0,
    });
    expect(report.samplesWaiting + report.samplesWithheld).toBe(viewings);
    expect(report.samplesWaiting).toBeGreaterThan(0);
    expect(report.outboxItems).toBeGreaterThan(0);
    expect(report.outboxBytes).toBeGreaterThan(0);
    await television.close();
  });
});
