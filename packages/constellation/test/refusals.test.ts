import { serialize } from 'node:v8';
import { describe, expect, it } from '@jest/globals';
import { createMemoryConstellationStore } from '../src/index.js';
import { ControlledStore } from './controlled-store.js';
import { openConstellation, until } from './support.js';

async function open(inner = createMemoryConstellationStore()) {
  const store = new ControlledStore(inner);
  return { inner, store, constellation: await openConstellation({ store }) };
}

describe('refusals (rule 13.40)', () => {
  it('are counted at once, and written together: one entry at a time', async () => {
    const { inner, store, constellation } = await open();
    const { appends } = store;
    store.plan('hold');
    constellation.countRefused();
    await until(() => store.isHolding);
    for (let i = 0; i < 1000; i += 1) constellation.countRefused();
    expect(constellation.report().refused).toBe(1001);
    expect(constellation.log.entries).toBe(2);
    store.settle('pass');
    await constellation.checkpoint();
    expect(store.appends).toBe(appends + 2);
    const again = await openConstellation({ store: inner });
    expect(again.report().refused).toBe(1001);
    again.countRefused();
    expect(again.report().refused).toBe(1002);
  });

  it.each(['fail', 'unknown'] as const)(
    'that could not be written go with the next one, and count once (%s)',
    async (fate) => {
      const { inner, store, constellation } = await open();
      store.plan(fate);
      constellation.countRefused();
      await constellation.checkpoint().catch(() => undefined);
      expect(constellation.report().refused).toBe(1);
      constellation.countRefused();
      await constellation.close();
      expect(constellation.report().refused).toBe(2);
      const again = await openConstellation({ store: inner });
      expect(again.report().refused).toBe(2);
    },
  );

  it('of a release that wrote each for itself count one each', async () => {
    const { inner, constellation } = await open();
    await constellation.checkpoint();
    const last = await inner.log.lastSequence();
    const entry = serialize({ kind: 'refused' });
    await inner.log.append([entry, entry], last);
    const again = await openConstellation({ store: inner });
    expect(again.report().refused).toBe(2);
  });
});
