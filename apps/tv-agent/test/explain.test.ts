import { describe, expect, it } from '@jest/globals';
import { loadCatalogue } from '@omega-tv/catalogue';
import type { CompletedTitle } from '@omega-tv/client';
import { createRandom } from '@omega-tv/seeded-random';
import { temporaryFolder } from '@omega-tv/test-support';
import { explainOutgoing } from '../src/cli/explain.js';
import { Television } from '../src/index.js';

const catalogue = loadCatalogue();
const [first, second, third, fourth] = catalogue;
const NOW_MS = Date.UTC(2026, 10, 28);
const MINUTE_MS = 60_000;

async function openTv(completed: readonly (readonly [string, CompletedTitle])[]) {
  const television = await Television.open({
    catalogue,
    directory: await temporaryFolder(),
    clock: { nowMs: () => NOW_MS },
    random: createRandom('explain'),
  });
  const state = await television.store.loadSyncState();
  await television.store.saveSyncState({ ...state, completed: new Map(completed) });
  return television;
}

describe('what a TV says of what leaves it', () => {
  it('names each title that waits, and when; what was withheld stays', async () => {
    const television = await openTv([
      [first!.id, { order: 1, status: 'reported' }],
      [second!.id, { order: 2, status: 'private' }],
      [third!.id, { order: 3, status: 'waiting', reportAtMs: NOW_MS + 90 * MINUTE_MS }],
      [fourth!.id, { order: 4, status: 'waiting', reportAtMs: NOW_MS }],
    ]);
    const text = await explainOutgoing(television, NOW_MS);
    await television.close();
    expect(text).toContain('Leaves with the next exchanges: 0 patterns');
    expect(text).toContain(`${third!.title} (${third!.year}): that it was finished`);
    expect(text).toContain('with the first exchange after 90 minutes');
    expect(text).toContain('with the next exchange\n');
    expect(text).toContain('never said again: 1 completed title\n');
    expect(text).toContain('did not let it leave: 1 completed title\n');
    expect(text).not.toContain(`${first!.title} (`);
    expect(text).not.toContain(`${second!.title} (`);
  });

  it('tells of patterns in words once they may leave', async () => {
    const television = await openTv([]);
    const title = first!;
    for (let i = 0; i < 12; i += 1) {
      await television.remember([{ titleId: title.id, completed: true, watchedFraction: 1 }]);
    }
    const text = await explainOutgoing(television, NOW_MS);
    await television.close();
    expect(text).toContain('Leaves with the next exchanges: 1 pattern\n');
    expect(text).toMatch(/ {2}- .+: 384 numbers .+; 100 % finished, 12 viewings new/);
  });
});
