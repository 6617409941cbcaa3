import { describe, expect, it } from '@jest/globals';
import { closePairs, decodeFloat16, dot, drawTastes, loadCatalogue } from '../src/index.js';

describe('the catalogue', () => {
  const catalogue = loadCatalogue();

  it('holds 1,040 titles with unit embeddings and unique ids', () => {
    expect(catalogue).toHaveLength(1040);
    expect(new Set(catalogue.map(({ id }) => id)).size).toBe(1040);
    for (const { embedding, genres } of catalogue) {
      expect(embedding).toHaveLength(384);
      expect(Math.hypot(...embedding)).toBeCloseTo(1, 3);
      expect(genres.length).toBeGreaterThan(0);
    }
  });

  it('holds out every fifth title', () => {
    expect(catalogue.filter(({ heldOut }) => heldOut)).toHaveLength(208);
    expect(catalogue[0]?.heldOut).toBe(true);
    expect(catalogue[1]?.heldOut).toBe(false);
  });
});

it('draws tastes that are apart', () => {
  let draws = 0;
  const tastes = drawTastes(8, { next: () => (draws++ % 1040) / 1040 });
  const cosines = tastes.flatMap((a, i) => tastes.slice(0, i).map((b) => dot(a, b)));
  expect(cosines).toHaveLength(28);
  expect(Math.max(...cosines)).toBeLessThan(0.7);
});

describe('close pairs', () => {
  it.each([0.05, 0.3])('are unit vectors with a squared distance of %d', (energy) => {
    const vectors = loadCatalogue().map(({ embedding }) => embedding);
    const pairs = closePairs(vectors, 20, energy);
    expect(pairs).toHaveLength(20);
    for (const [reference, moved] of pairs) {
      expect(Math.hypot(...reference)).toBeCloseTo(1, 5);
      expect(Math.hypot(...moved)).toBeCloseTo(1, 5);
      expect(moved.reduce((sum, x, i) => sum + (x - reference[i]!) ** 2, 0)).toBeCloseTo(energy, 5);
    }
  });
});

describe('binary16', () => {
  it.each([
    [0x0000, 0],
    [0x8000, -0],
    [0x3c00, 1],
    [0xc000, -2],
    [0x7bff, 65504],
    [0x0001, 2 ** -24],
    [0x03ff, 1023 * 2 ** -24],
    [0x0400, 2 ** -14],
    [0x3555, 0.333251953125],
    [0x7c00, Infinity],
    [0xfc00, -Infinity],
    [0x7e00, NaN],
  ])('decodes %i as %d', (bits, value) => {
    expect(decodeFloat16(Uint8Array.of(bits & 0xff, bits >> 8))[0]).toBe(value);
  });
});
