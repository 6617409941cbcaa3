import { describe, expect, it } from '@jest/globals';
import { measureFlash } from '../src/client/flash.js';
import { measureInstall } from '../src/client/install-size.js';

describe('what an exchange of a TV writes, without a new snapshot (rule 5.8)', () => {
  it('is what it pushes, where the last release wrote all that it knew', async () => {
    const rows = await measureFlash();
    expect(rows.map(({ release, pushed }) => [release, pushed])).toEqual(
      ['last release', 'now'].flatMap((release) => [0, 1, 8].map((pushed) => [release, pushed])),
    );
    for (const { published } of rows) expect(published).toBe(48);
    const [, lastOne, lastEight, none, one, eight] = rows.map(({ bytes }) => bytes);
    expect(lastOne).toBeGreaterThan(500_000);
    expect(lastEight).toBeGreaterThan(lastOne!);
    expect(none).toBe(0);
    expect(one).toBeLessThanOrEqual(4096);
    expect(eight).toBeLessThanOrEqual(20_480);
  });
});

describe('what a TV installs', () => {
  it('is more with what it depends on', async () => {
    const types = await measureInstall('@omega-tv/types');
    const client = await measureInstall('@omega-tv/client');
    expect(client.packages).toBeGreaterThan(types.packages);
    expect(client.ownBytes).toBeGreaterThan(types.ownBytes);
    await expect(measureInstall('@omega-tv/none')).rejects.toThrow('is not installed');
  });
});
