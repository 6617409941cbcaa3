import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { checkOutput, CommandError, writeFileAtomically } from '../src/index.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'omega-tv-output-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('an output file', () => {
  it('is written whole, and over an old one', async () => {
    const file = path.join(folder, 'out');
    for (const content of [
      'old',
      Buffer.from('new'),
      [Buffer.from('piece by '), Buffer.from('piece')],
    ]) {
      await writeFileAtomically(file, content);
    }
    expect(readFileSync(file, 'utf8')).toBe('piece by piece');
    expect(readdirSync(folder)).toEqual(['out']);
  });

  it('stays as it was where writing fails', async () => {
    const file = path.join(folder, 'out');
    writeFileSync(file, 'old');
    function* failing(): Generator<Uint8Array> {
      yield Buffer.from('half');
      throw new Error('no more');
    }
    await expect(writeFileAtomically(file, failing())).rejects.toThrow('no more');
    expect(readFileSync(file, 'utf8')).toBe('old');
    expect(readdirSync(folder)).toEqual(['out']);
  });

  it('is written behind a link, which stays', async () => {
    const [file, link] = [path.join(folder, 'out'), path.join(folder, 'link')];
    writeFileSync(file, 'old');
    symlinkSync(file, link);
    await writeFileAtomically(link, 'new');
    expect(readFileSync(file, 'utf8')).toBe('new');
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
  });

  it('is written in place where it is no regular file', async () => {
    const before = lstatSync('/dev/null').rdev;
    await writeFileAtomically('/dev/null', 'gone');
    expect(lstatSync('/dev/null').isCharacterDevice()).toBe(true);
    expect(lstatSync('/dev/null').rdev).toBe(before);
  });

  it('is checked before the work', async () => {
    await checkOutput(path.join(folder, 'out'));
    expect(readdirSync(folder)).toEqual([]);
    mkdirSync(path.join(folder, 'taken'));
    for (const place of ['taken', 'missing/out']) {
      await expect(checkOutput(path.join(folder, place))).rejects.toThrow(CommandError);
    }
  });

  it('is not what is read, under another name neither', async () => {
    const [file, link] = [path.join(folder, 'in'), path.join(folder, 'link')];
    writeFileSync(file, 'input');
    symlinkSync(file, link);
    await expect(checkOutput(file, file)).rejects.toThrow('it is named twice');
    await expect(checkOutput(link, file)).rejects.toThrow('it is named twice');
    await checkOutput(path.join(folder, 'out'), file);
    await checkOutput('/dev/null', '/dev/null');
  });
});
