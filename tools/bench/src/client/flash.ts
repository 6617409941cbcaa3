import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { loadCatalogue } from '@omega-tv/catalogue';
import type { PatternData } from '@omega-tv/types';
import { RELEASES, type ReleasedServer, type ReleasedTv } from './releases.js';
import { countWritten, type Written } from './written-bytes.js';

/** What one exchange wrote, with as many published patterns. */
export interface FlashRow extends Written {
  readonly release: string;
  readonly pushed: number;
  readonly published: number;
}

const PUSHES = [0, 1, 8];
const PUBLISHED = 48;
const OF_A_GENRE = 6;
/** Of 12 samples each: within what a server learns of a device. */
const OF_A_PAIR = 8;

/** Measures exchanges that bring no new snapshot, in each release. */
export async function measureFlash(): Promise<readonly FlashRow[]> {
  const written = countWritten();
  const rows: FlashRow[] = [];
  for (const [release, open] of RELEASES) {
    const folder = await mkdtemp(path.join(tmpdir(), 'omega-bench-'));
    const server = await open();
    try {
      const published = await publish(server, folder);
      const tv = await server.openTv('measured', path.join(folder, 'measured'));
      await tv.sync();
      for (const pushed of PUSHES) {
        await tv.learn(...patternsFrom(400 + 40 * pushed, pushed));
        written();
        const result = await tv.sync();
        if (result.patternsPushed !== pushed) throw new Error('not all was pushed');
        rows.push({ release, pushed, published, ...written() });
      }
      await tv.close();
    } finally {
      await server.close();
      await rm(folder, { recursive: true });
    }
  }
  return rows;
}

/**
 * Pairs of TVs in turns, a pattern at a time: what one device is alone behind has little room on a
 * server, and of one device it learns 100 samples.
 * @returns how many patterns they got published.
 */
async function publish(server: ReleasedServer, folder: string): Promise<number> {
  const patterns = patternsOfMany();
  for (let at = 0; at < patterns.length; at += OF_A_PAIR) {
    await teach(server, folder, patterns.slice(at, at + OF_A_PAIR));
  }
  await server.publish();
  const reader = await server.openTv('reader', path.join(folder, 'reader'));
  const { patternsReceived } = await reader.sync();
  await reader.close();
  return patternsReceived;
}

/** Two TVs that no pattern was told by before. */
async function teach(
  server: ReleasedServer,
  folder: string,
  patterns: readonly PatternData[],
): Promise<void> {
  const tvs: ReleasedTv[] = [];
  for (const side of ['a', 'b']) {
    const id = `${side}-${patterns[0]?.id ?? ''}`;
    tvs.push(await server.openTv(id, path.join(folder, id)));
  }
  for (const pattern of patterns) {
    for (const tv of tvs) {
      await tv.learn(pattern);
      await tv.sync();
    }
  }
  for (const tv of tvs) await tv.close();
}

const titles = loadCatalogue();

/** Few of each genre: a server keeps eight clusters of one. */
function patternsOfMany(): readonly PatternData[] {
  const counts = new Map<string, number>();
  const spread = patternsFrom(0, titles.length).filter(({ genre }) => {
    const count = counts.get(genre) ?? 0;
    counts.set(genre, count + 1);
    return count < OF_A_GENRE;
  });
  return spread.slice(0, PUBLISHED);
}

function patternsFrom(first: number, count: number): readonly PatternData[] {
  return titles.slice(first, first + count).map(({ embedding, genres }, i) => ({
    id: `6a1f0e7c-5f0b-4a58-9d3e-${String(first + i).padStart(12, '0')}`,
    embedding: embedding.map((value) => value + 0),
    successRate: 0.9,
    sampleCount: 12,
    genre: genres[0],
  }));
}
