import { createHash } from 'node:crypto';
import { loadCatalogue } from '@omega-tv/catalogue';
import { createEmbeddingCodec, parseCodebook } from '@omega-tv/embedding-codec';
import { describe, expect, it } from 'vitest';
import { trainCodebook } from '../src/train-codebook.js';

const TIMEOUT_MS = 120_000;
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

function train(): Uint8Array {
  return trainCodebook(set, options, () => undefined);
}

describe('the trainer', { timeout: TIMEOUT_MS }, () => {
  const bytes = train();

  it('gives the same bytes for the same vectors', () => {
    expect(Buffer.compare(train(), bytes)).toBe(0);
    expect(parseCodebook(bytes).id).toBe(
      createHash('sha256').update(bytes).digest('hex').slice(0, 16),
    );
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
