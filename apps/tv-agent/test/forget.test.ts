import { mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { loadCatalogue } from '@omega-tv/catalogue';
import { temporaryFolder } from '@omega-tv/test-support';
import { systemClock, systemRandom } from '@omega-tv/types';
import { describe, expect, it } from '@jest/globals';
import { forgetTelevision } from '../src/tv/forget.js';
import { Television } from '../src/tv/television.js';

const catalogue = loadCatalogue();

function openTelevision(directory: string): Promise<Television> {
  return Television.open({ catalogue, directory, clock: systemClock, random: systemRandom });
}

describe('forgetting', () => {
  it('leaves no byte of what a TV learned and watched, nor of what was set aside (rule 5.10)', async () => {
    const directory = await temporaryFolder();
    const television = await openTelevision(directory);
    const id = catalogue[0]!.id;
    await television.remember([{ titleId: id, completed: true, watchedFraction: 1 }]);
    await television.close();
    await mkdir(path.join(directory, 'patterns.corrupt-7'));
    await writeFile(path.join(directory, 'patterns.corrupt-7', 'CURRENT'), id);
    await writeFile(path.join(directory, 'notes.txt'), 'the owner wrote this');
    await forgetTelevision(directory);
    expect(await readdir(directory)).toEqual(['notes.txt']);
    const again = await openTelevision(directory);
    expect(again.watched).toEqual([]);
    await again.close();
  });

  it('that was cut short is finished at the next start (rule 5.10)', async () => {
    const directory = await temporaryFolder();
    const television = await openTelevision(directory);
    await television.close();
    await mkdir(path.join(directory, 'history.forgotten'));
    await writeFile(path.join(directory, 'history.forgotten', '000003.log'), 'what was watched');
    await (await openTelevision(directory)).close();
    expect((await readdir(directory)).sort()).toEqual(['history', 'patterns']);
  });
});
