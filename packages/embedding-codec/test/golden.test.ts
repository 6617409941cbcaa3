import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { codec } from './support.js';
import { runGoldenCases, type GoldenCase } from './golden/golden-cases.js';
import { writeGolden } from './golden/write-golden.js';

const file = new URL('golden/golden.json', import.meta.url);
if (process.env.UPDATE_GOLDEN !== undefined) writeGolden(file);

describe('golden bytes', () => {
  const codebook = readFileSync(new URL('../codebook/all-minilm-l6-v2.codebook', import.meta.url));
  const cases = JSON.parse(readFileSync(file, 'utf8')) as GoldenCase[];

  it('are of the shipped codebook', () => {
    expect(codec.codebook.id).toBe('0464a53426d812c9');
    expect(codebook.length).toBeLessThan(400_000);
  });

  it('come out to the bit', () => {
    expect(cases.length).toBe(8);
    expect(runGoldenCases(codebook, cases)).toEqual([]);
  });
});
