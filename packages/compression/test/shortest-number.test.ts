import fc from 'fast-check';
import { describe, expect, it } from '@jest/globals';
import { float32ToText, numberToText } from '../src/v1/shortest-number.js';
import { embeddings } from './support.js';

const anyFloat32 = fc.float({ noNaN: true, noDefaultInfinity: true });

describe('float32ToText (rule 2.4)', () => {
  it.each([
    [0.1, '0.1'],
    [-0, '-0.0'],
    [0, '0'],
    [1, '1'],
    [1e-7, '1e-7'],
    [16777216, '16777216'],
    [3.4028234663852886e38, '3.4028235e+38'],
    [2 ** -149, '1e-45'],
    [0.05103103816509247, '0.05103104'],
  ])('%s', (value, text) => {
    expect(float32ToText(Math.fround(value))).toBe(text);
  });

  it('reads back to the same float, through JSON', () => {
    fc.assert(
      fc.property(anyFloat32, (value) => {
        expect(Math.fround(JSON.parse(float32ToText(value)) as number)).toBe(value);
      }),
      { numRuns: 5000 },
    );
  });

  it('one digit less does not read back', () => {
    for (const value of embeddings.slice(0, 20).flatMap((embedding) => Array.from(embedding))) {
      const digits = float32ToText(value)
        .replace(/e.*|[-.]/g, '')
        .replace(/^0+/, '').length;
      if (digits < 2) continue;
      expect(Math.fround(Number(value.toPrecision(digits - 1)))).not.toBe(value);
    }
  });
});

describe('numberToText', () => {
  it('keeps every double that is not a 32-bit float', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        fc.pre(Math.fround(value) !== value);
        expect(JSON.parse(numberToText(value))).toBe(value);
      }),
    );
  });

  it('prints a 32-bit float short', () => {
    expect(numberToText(Math.fround(0.85))).toBe('0.85');
    expect(numberToText(0.85)).toBe('0.85');
  });
});
