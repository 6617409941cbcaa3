import { loadCatalogue } from '@omega-tv/catalogue';
import { createEmbeddingCodec } from '@omega-tv/embedding-codec';
import { readMiniLmCodebook } from '@omega-tv/embedding-codec/node';
import { describe, expect, it } from '@jest/globals';
import { budgetMethod } from '../src/codec-methods.js';
import { productQuantization, rotatedGrid } from '../src/learned-methods.js';
import { measure } from '../src/measure.js';
import { float16Method, integerMethod, jsonMethod } from '../src/plain-methods.js';

const titles = loadCatalogue();
const vectors = titles.filter((title) => title.heldOut).map((title) => title.embedding);
const few = vectors.slice(0, 40);
const training = titles.slice(1, 300).map((title) => title.embedding);
const codec = createEmbeddingCodec(readMiniLmCodebook());

describe('a way to send vectors', () => {
  it.each([
    [jsonMethod(), 3000, 0.9999],
    [jsonMethod(0.02), 600, 0.99],
    [float16Method, 768, 0.9999],
    [integerMethod(8), 388, 0.9999],
    [integerMethod(4), 196, 0.98],
    [rotatedGrid(384, 2), 100, 0.9],
    [productQuantization(training, 48), 48, 0.7],
    [budgetMethod(codec, 'download', 64, 10), 64, 0.965],
    [budgetMethod(codec, 'upload', 72, Infinity), 72, 0.965],
  ])('%j keeps what it should', async (method, bytes, cosine) => {
    const row = await measure(method, few);
    expect(row.bytes).toBeLessThanOrEqual(bytes);
    expect(row.cosine).toBeGreaterThan(cosine);
    expect(row.cosineP1).toBeLessThanOrEqual(row.cosine);
    expect(row.recallAt10).toBeGreaterThan(0.3);
  });
});
