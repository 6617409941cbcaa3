import { describe, expect, it } from '@jest/globals';
import type { ClientFormat } from '@omega-tv/compression';
import { createRandom } from '@omega-tv/seeded-random';
import { realPattern, realPatterns } from '../support.js';
import { openServer, openTv, v2 } from './support.js';

describe('a TV whose store is empty at each start', () => {
  it('is never refused for the ids that it used before (rules 4.10, 11.14)', async () => {
    const { constellation, transport } = await openServer();
    for (let start = 0; start < 30; start += 1) {
      const tv = await openTv(transport, { random: createRandom('dead flash', start) });
      const ids = Array.from({ length: 6 }, (_, i) => `${start}-${i}`);
      await tv.store.skillStore(...ids.map((id, i) => realPattern(i, { id })));
      const { patternsPushed } = await tv.syncStore();
      expect(patternsPushed).toBe(6);
    }
    expect(constellation.report()).toMatchObject({ devices: 1, samplesAccepted: 30 * 6 * 12 });
  });
});

describe('what waits is coded as it goes out (rule 11.24)', () => {
  it('each pattern a few times in the fit of its message, and not again to send it', async () => {
    let fitted = 0;
    let encoded = 0;
    const format: ClientFormat = {
      ...v2,
      fitDelta: (delta, context) => {
        fitted += 1;
        return v2.fitDelta(delta, context);
      },
      encodeDelta: (delta, context) => {
        encoded += delta.patterns.length;
        return v2.encodeDelta(delta, context);
      },
    };
    const { transport } = await openServer();
    const tv = await openTv(transport, { format });
    await tv.store.skillStore(realPattern(0));
    await tv.syncStore();
    [fitted, encoded] = [0, 0];
    await tv.store.skillStore(...realPatterns(33));
    expect((await tv.syncStore()).patternsPushed).toBe(32);
    const { kept } = await tv.store.loadSyncState();
    expect(fitted).toBe(kept.length - 1);
    expect(encoded).toBe(0);
  });
});

describe('what has no direction is like nothing', () => {
  it('so that patterns without a text are no copies of others, nor of each other (rule 9.9)', async () => {
    const { transport } = await openServer();
    const tv = await openTv(transport);
    const empty = new Float32Array(384);
    await tv.store.skillStore(
      realPattern(1, { id: 'a', genre: 'drama', embedding: empty }),
      realPattern(1, { id: 'b', genre: 'drama', embedding: empty }),
      realPattern(1, { id: 'c', genre: 'drama' }),
    );
    await tv.syncStore();
    expect((await tv.store.loadSyncState()).merges.size).toBe(0);
  });
});
