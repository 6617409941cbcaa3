import { PassThrough } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { createProgress, plural } from '../src/index.js';

function write(terminal: object): string {
  const stream = Object.assign(new PassThrough(), terminal);
  const progress = createProgress(stream as unknown as NodeJS.WriteStream);
  progress.stage('one');
  progress.stage('two and three');
  progress.done();
  return (stream.read() as Buffer).toString();
}

describe('progress', () => {
  it('is a line a stage where it is no terminal', () => {
    expect(write({ isTTY: false })).toBe('one\ntwo and three\n');
  });

  it('is one live line on a terminal, never wrapped, gone at the end', () => {
    const clear = '\u001b[2K\u001b[1G';
    expect(write({ isTTY: true, columns: 8 })).toBe(`${clear}one${clear}two and${clear}`);
  });
});

describe('counts', () => {
  it.each([
    [0, '0 patterns'],
    [1, '1 pattern'],
    [2, '2 patterns'],
  ])('%d', (count, text) => {
    expect(plural(count, 'pattern')).toBe(text);
  });

  it('take a plural of their own', () => {
    expect(plural(2, 'push', 'pushes')).toBe('2 pushes');
  });
});
