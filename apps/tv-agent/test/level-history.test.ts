import { cp, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from '@jest/globals';
import { syncErrorOf, temporaryFolder } from '@omega-tv/test-support';
import { openLevelPatternStore } from '@omega-tv/client/node';
import { openLevelHistory } from '../src/tv/level-history.js';

it('opens the history that the last release wrote, and goes on with it', async () => {
  const directory = path.join(await temporaryFolder(), 'history');
  const store = fileURLToPath(new URL('fixtures/history-0.1', import.meta.url));
  await cp(store, directory, { recursive: true });
  const content = new URL('fixtures/history-0.1.json', import.meta.url);
  const evenings = JSON.parse(await readFile(content, 'utf8')) as unknown[];
  const history = await openLevelHistory(directory);
  expect(history.evenings()).toEqual(evenings);
  await history.append([]);
  await history.close();
  const again = await openLevelHistory(directory);
  expect(again.evenings()).toEqual([...evenings, []]);
  await again.close();
});

it("refuses a TV's patterns in its place", async () => {
  const directory = path.join(await temporaryFolder(), 'patterns');
  await (await openLevelPatternStore({ directory })).store.close();
  const error = await syncErrorOf(openLevelHistory(directory));
  expect(error.message).toContain('holds "tv-patterns", not "tv-history"');
});
