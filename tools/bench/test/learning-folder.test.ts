import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { checkTrials } from '../src/learning/trials.js';
import { loadWorld, type World } from '../src/learning/viewers.js';

const NOT_FINITE = new Uint8Array(2 * 2 * 384).fill(0xff, 2 * 384, 2 * 384 + 2);

describe('a folder of viewers', () => {
  const files = {
    'titles.jsonl': '{"id":"m1"}\n{"id":"m2"}\n',
    'titles.f16': new Uint8Array(2 * 2 * 384),
    'ratings.csv': 'viewer,title,rating,time\nv0,m2,4,20\nv0,m1,3.5,10\nv1,m1,2,5\n',
  };

  function load(change: Partial<Record<keyof typeof files, string | Uint8Array>>): World {
    const folder = mkdtempSync(join(tmpdir(), 'bench-viewers-'));
    try {
      for (const [name, content] of Object.entries({ ...files, ...change })) {
        writeFileSync(join(folder, name), content);
      }
      return loadWorld(folder);
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  it('is read in order of time; what is rated below 3.5 was not completed', () => {
    const likes = [
      { title: 0, time: 10 },
      { title: 1, time: 20 },
    ];
    expect(load({}).viewers).toEqual([likes, []]);
  });

  it('that is not there is named', () => {
    expect(() => loadWorld('/nowhere')).toThrow('cannot read /nowhere/titles.jsonl');
  });

  it('with nobody to ask is refused before anything is measured', () => {
    expect(() => {
      checkTrials(load({}));
    }).toThrow(
      'nobody can be asked: that takes viewers with 13 ratings of 3.5 or more; there are 2 viewers with 2 at most',
    );
  });

  it.each([
    [{ 'titles.f16': new Uint8Array(8) }, /titles.f16 has 8 bytes/],
    [{ 'titles.jsonl': '{}\n{}\n' }, /titles.jsonl: line 1/],
    [{ 'titles.jsonl': '{"id":"m1"}\n{"id":"m1"}\n' }, /titles.jsonl: line 2 repeats the id m1/],
    [{ 'titles.f16': NOT_FINITE }, /titles.f16: row 2 has a value that is no number/],
    [{ 'ratings.csv': 'v0,m9,4,20\n' }, /ratings.csv: line 1 rates a title that .* lacks: v0,m9/],
    [{ 'ratings.csv': 'v0,m1,4\n' }, /ratings.csv: line 1 is no viewer,title,rating,time/],
    [{ 'ratings.csv': 'v0,m1,4,\n' }, /ratings.csv: line 1 is no viewer,title,rating,time/],
    [{ 'ratings.csv': 'v0,m1,good,2\n' }, /ratings.csv: line 1 is no viewer,title,rating,time/],
    [{ 'ratings.csv': 'v0,m1,4,1\nv0,m1,4,2\n' }, /ratings.csv: line 2 is the second rating/],
  ])('%j is refused in words', (change, message) => {
    expect(() => load(change)).toThrow(message);
  });
});
