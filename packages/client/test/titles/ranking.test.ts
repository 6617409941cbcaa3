import { expect, it } from '@jest/globals';
import { loadCatalogue } from '@omega-tv/catalogue';
import { readMiniLmCodebook } from '@omega-tv/embedding-codec/node';
import { createTextStart } from '@omega-tv/federation';
import { openServer, openTv } from '../v2/support.js';

const TOLD = 24;

it('ranks by texts for a viewer of whose titles the fleet has counted none', async () => {
  const catalogue = loadCatalogue();
  const titles = {
    catalogue,
    textStart: createTextStart(readMiniLmCodebook()),
    areShared: true,
    reportSpreadMs: 0,
  };
  const { constellation, transport } = await openServer({ learning: { minDevices: 3 } });
  for (const deviceId of Array.from({ length: 12 }, (_, i) => `teacher-${i}`)) {
    const teacher = await openTv(transport, { deviceId, titles });
    await teacher.titlesCompleted(catalogue.slice(0, TOLD).map(({ id }) => id));
    // The first exchange tells whether the server takes titles at all.
    await teacher.syncStore();
    await teacher.syncStore();
  }
  await constellation.publish();

  const stranger = await openTv(transport, { deviceId: 'stranger', titles });
  await stranger.titleCompleted(catalogue[500]!.id);
  await stranger.syncStore();
  const ranked = await stranger.rankTitles();
  expect(ranked).toHaveLength(catalogue.length - 1);
  expect(ranked.filter(({ isCounted }) => isCounted)).toHaveLength(TOLD);
});
