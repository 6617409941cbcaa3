import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import {
  createContentResolver,
  createV2Format,
  encodeAnswerFrame,
  encodeSnapshotFrame,
  toContentHash,
  type KnownTitle,
} from '../../src/index.js';
import { indexTitles } from '../../src/v2/content-hash.js';
import { codec, createRandom, globalsOf, pattern, publish, TIMESTAMP } from './support.js';

function trendOf(contentId: string, genre = 'drama') {
  return { contentId, score: 1, region: 'DE', genre, calculatedAt: TIMESTAMP };
}

/** The content ids of the trends that a TV reads that knows these titles. */
async function readTrends(contentIds: readonly string[], titles: readonly KnownTitle[]) {
  const published = pattern(0, { id: 'global:drama-1', genre: 'drama' });
  const trends = contentIds.map((id) => trendOf(id));
  const current = publish(globalsOf([published], { trends }));
  const hash = '0'.repeat(16);
  const answer = encodeAnswerFrame({
    receipt: { serverEpoch: hash, lastSeq: 1, outcome: 'applied', digest: hash },
    window: { minMs: 0, maxMs: 1 },
    current,
    snapshot: encodeSnapshotFrame(current),
  });
  const format = createV2Format({ codecs: [codec], random: createRandom(1), titles });
  const { globals } = await format.decodeAnswer(answer);
  return (globals?.trends ?? []).map(({ contentId }) => contentId).sort();
}

describe('what a trend names', () => {
  it('is the first 48 bits of the SHA-256 of its content id (rule 9.6)', () => {
    for (const id of ['', 'tt1', 'Füße 🎬']) {
      const sha256 = createHash('sha256').update(id).digest('hex');
      expect(toContentHash(id)).toBe(sha256.slice(0, 12));
    }
    const hash = toContentHash('tt1');
    expect(toContentHash(`#${hash}`)).toBe(hash);
  });

  it('is found among the titles and the patterns that a TV knows (rule 9.6)', async () => {
    const ids = ['tt1', 'tt2', 'global:drama-1'];
    const found = await readTrends(ids, [{ id: 'tt1' }]);
    expect(found).toEqual([`#${toContentHash('tt2')}`, 'global:drama-1', 'tt1']);
  });

  it('is looked up in a catalogue that was hashed once, however many snapshots come', () => {
    let reads = 0;
    const title = {
      get id() {
        reads += 1;
        return 'tt1';
      },
    };
    const published = pattern(0, { id: 'global:drama-1', genre: 'drama' });
    const snapshot = publish(globalsOf([published], { trends: [trendOf('tt1')] }));
    const frame = encodeSnapshotFrame(snapshot);
    const titles = [title, ...Array.from({ length: 50 }, (_, i) => ({ id: `other ${i}` }))];
    const format = createV2Format({ codecs: [codec], random: createRandom(1), titles });
    const read = () => format.decodeSnapshot!(frame).globals.trends.map((one) => one.contentId);
    expect(read()).toEqual(['tt1']);
    const first = reads;
    expect(read()).toEqual(['tt1']);
    // The name that it found, and no more.
    expect(reads - first).toBeLessThan(first);
    expect(reads - first).toBeLessThanOrEqual(1);
  });

  it('of the catalogue and of a pattern stays unresolved, too (rule 9.6)', () => {
    const unresolved = `#${toContentHash('tt1')}`;
    const catalogue = indexTitles([{ id: 'tt1' }, { id: 'tt2' }]);
    expect(createContentResolver([{ id: unresolved }], catalogue)(trendOf('tt1'))).toBe(unresolved);
    expect(createContentResolver([{ id: 'tt1' }], catalogue)(trendOf('tt1'))).toBe('tt1');
    expect(createContentResolver([{ id: 'tt3' }], catalogue)(trendOf('tt2'))).toBe('tt2');
  });

  it('stays unresolved where two titles share the hash (rule 9.6)', () => {
    const unresolved = `#${toContentHash('tt1')}`;
    // An id that stands for a hash has the hash of the id that it stands for.
    const twins = [{ id: 'tt1' }, { id: unresolved, genres: ['drama'] }];
    for (const titles of [twins, [...twins].reverse(), [...twins, { id: 'tt1' }]]) {
      expect(createContentResolver(titles)(trendOf('tt1'))).toBe(unresolved);
    }
    expect(createContentResolver([{ id: 'tt1' }, { id: 'tt1' }])(trendOf('tt1'))).toBe('tt1');
  });

  it('stays unresolved where the genre is none of the title (rule 9.6)', () => {
    const toId = createContentResolver([{ id: 'tt1', genres: ['drama', 'war'] }, { id: 'tt2' }]);
    expect(toId(trendOf('tt1', 'war'))).toBe('tt1');
    expect(toId(trendOf('tt1', 'comedy'))).toBe(`#${toContentHash('tt1')}`);
    expect(toId(trendOf('tt2', 'comedy'))).toBe('tt2');
  });
});
