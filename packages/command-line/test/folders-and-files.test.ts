import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { itUnless, temporaryFolder } from '@omega-tv/test-support';
import { checkInput, prepareFolder } from '../src/index.js';

describe('a folder for data', () => {
  it('is made where it is missing, and taken as it is', async () => {
    const folder = path.join(await temporaryFolder(), 'one/two');
    await prepareFolder(folder);
    expect(existsSync(folder)).toBe(true);
    await prepareFolder(folder);
  });

  it.each([
    ['file', 'it is a file; choose another place'],
    ['file/below', 'a part of the path is a file, not a folder; check the path'],
  ])('cannot be at %s', async (place, reason) => {
    const folder = await temporaryFolder();
    writeFileSync(path.join(folder, 'file'), '');
    const data = path.join(folder, place);
    await expect(prepareFolder(data)).rejects.toThrow(`No data can be kept in ${data}: ${reason}`);
  });

  itUnless(
    process.getuid?.() === 0 ? 'root writes anywhere' : undefined,
    'cannot be one that is closed to this user',
    async () => {
      const folder = path.join(await temporaryFolder(), 'closed');
      mkdirSync(folder);
      chmodSync(folder, 0o500);
      await expect(prepareFolder(folder)).rejects.toThrow('this user may not do that there');
      await expect(prepareFolder(path.join(folder, 'in'))).rejects.toThrow('this user may not');
    },
  );
});

describe('an input', () => {
  it('is a file that is there', async () => {
    const folder = await temporaryFolder();
    await expect(checkInput(folder)).rejects.toThrow(
      `${folder} cannot be read: it is a folder; name a file`,
    );
    const file = path.join(folder, 'in');
    await expect(checkInput(file)).rejects.toThrow(`${file} cannot be read: there is no such file`);
    writeFileSync(file, '');
    await checkInput(file);
  });
});
