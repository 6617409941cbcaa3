import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadCatalogue } from '@omega-tv/catalogue';
import { createEmbeddingCodec, parseCodebook } from '@omega-tv/embedding-codec';
import { describe, expect, it } from '@jest/globals';
import { itUnless, missingOtherNodes, otherNodes } from '@omega-tv/test-support';
import { trainCodebook } from '../src/train-codebook.js';

/** Of the codebook below, on whatever machine it is trained. */
const ID = 'f055c10075ffa0b9';
const titles = loadCatalogue();
const rows = titles.filter((title) => !title.heldOut).map((title) => title.embedding);
const set = { rows, weights: rows.map(() => 1), dimension: 384 };
const space = {
  model: 'all-MiniLM-L6-v2',
  revision: 'main',
  dtype: 'float32',
  recipe: 'catalogue',
  dimension: 384,
};
const options = { space, classes: 8, states: 8, samples: 100 };

/** The same training on the command line. */
const program = fileURLToPath(new URL('../dist/train.js', import.meta.url));
const catalogue = fileURLToPath(
  new URL('../../../packages/catalogue/data/catalogue.f16', import.meta.url),
);
const source = `${catalogue}:1:heldout`;
const settings = ['--model', space.model, '--recipe', space.recipe].concat([
  '--classes',
  '8',
  '--states',
  '8',
  '--samples',
  '100',
]);

function train(): Uint8Array {
  return trainCodebook(set, options, () => undefined);
}

describe('the trainer', () => {
  const bytes = train();

  it('gives the same bytes for the same vectors', () => {
    expect(Buffer.compare(train(), bytes)).toBe(0);
    expect(createHash('sha256').update(bytes).digest('hex').slice(0, 16)).toBe(ID);
    expect(parseCodebook(bytes).id).toBe(ID);
  });

  itUnless(missingOtherNodes(), 'gives them in other versions of Node', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'omega-tv-trainer-'));
    try {
      for (const node of otherNodes) {
        const out = path.join(folder, 'other.codebook');
        execFileSync(node, [program, source, ...settings, '--out', out], { stdio: 'ignore' });
        expect(parseCodebook(readFileSync(out)).id).toBe(ID);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('makes a codebook that codes titles which it never saw', () => {
    const codec = createEmbeddingCodec(parseCodebook(bytes));
    const unseen = titles.filter((title) => title.heldOut).map((title) => title.embedding);
    const rate = { budgetBytes: 64 * unseen.length };
    const { cosines } = codec.encode(unseen, { mode: 'download', rate });
    expect(cosines.reduce((sum, value) => sum + value, 0) / cosines.length).toBeGreaterThan(0.955);
    expect(codec.codebook.space).toEqual(space);
  });

  it('refuses a trellis that it has no polynomials for', () => {
    expect(() => trainCodebook(set, { ...options, states: 5 }, () => undefined)).toThrow(
      /4, 8, 16/,
    );
  });
});
