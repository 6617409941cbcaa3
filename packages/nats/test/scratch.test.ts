import { mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from '@jest/globals';
import { temporaryFolder } from '@omega-tv/test-support';
import { Scratch } from '../src/store/scratch.js';

it('what a killed node left is removed, and what is in use stays (rule 14.18)', async () => {
  const folder = await temporaryFolder();
  await Scratch.removeLeftovers(folder);
  const [used, left] = [new Scratch(folder, 'p0-used'), new Scratch(folder, 'p1-left')];
  await used.open();
  await left.open();
  const key = new Uint8Array([1]);
  await used.batch([{ type: 'put', key, value: key }]);
  const [copies = ''] = await readdir(folder);
  // As after a kill: its files are there, and nobody has them open.
  await left.close();
  await mkdir(path.join(folder, copies, 'p1-left'));
  await Scratch.removeLeftovers(folder);
  expect(await readdir(path.join(folder, copies))).toEqual(['p0-used']);
  expect(await used.get(key)).toEqual(key);
  await used.close();
  expect(await readdir(folder)).toEqual([]);
});
