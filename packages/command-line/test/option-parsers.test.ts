import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { stubEnv } from '@omega-tv/test-support';
import { parseFraction, parseWhole, resolveFromCaller } from '../src/index.js';

describe('options', () => {
  it.each(['0', '7', '10'])('takes the whole number %s', (text) => {
    expect(parseWhole(0, 10)(text)).toBe(Number(text));
  });

  it.each(['', ' ', '1.5', '1e1', 'x', '-1', '11', '0x1', 'NaN'])(
    'refuses "%s" as a whole number from 0 to 10',
    (text) => {
      expect(() => parseWhole(0, 10)(text)).toThrow('from 0 to 10');
    },
  );

  it.each(['0', '0.25', '1'])('takes the share %s', (text) => {
    expect(parseFraction(text)).toBe(Number(text));
  });

  it.each(['', ' ', '-0.1', '1.1', 'x', 'NaN'])('refuses "%s" as a share', (text) => {
    expect(() => parseFraction(text)).toThrow('from 0 to 1');
  });
});

describe('paths', () => {
  it("start at the caller's folder, not at npm's", () => {
    stubEnv('INIT_CWD', '/somewhere');
    expect(resolveFromCaller('data')).toBe('/somewhere/data');
    expect(resolveFromCaller('/data')).toBe('/data');
    stubEnv('INIT_CWD', undefined);
    expect(resolveFromCaller('data')).toBe(path.join(process.cwd(), 'data'));
  });
});
