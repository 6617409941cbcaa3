// A TV whose app is a page, served under one origin with its Constellation.
import {
  createSyncLoop,
  loadV2Format,
  openBrowserPatternStore,
  openWhenFree,
  SyncClient,
} from '@omega-tv/client/web';

const show = (id, text) => (document.getElementById(id).textContent = String(text));

const format = await loadV2Format(); // fetches the codebook
show('status', 'waiting for another tab of this TV to close');
const { store } = await openWhenFree(() => openBrowserPatternStore({ format }));
const deviceId = (localStorage.deviceId ??= `page-${Math.random().toString(36).slice(2)}`);
const client = await SyncClient.create({ url: location.origin, deviceId, format, store });

// What this TV learned: yours, with an embedding of all-MiniLM-L6-v2.
const embedding = Float32Array.from({ length: 384 }, (_, i) => Math.sin(i) / 14);
const evenings = async () => (await store.skillList(1, 'learned'))[0]?.sampleCount ?? 0;
const finishOne = async () => {
  const sampleCount = (await evenings()) + 1;
  const taste = { id: 'evening-drama', genre: 'drama', embedding, successRate: 0.9, sampleCount };
  await store.skillStore(taste);
  show('finished', sampleCount);
};
show('finished', await evenings());

const loop = createSyncLoop({
  exchange: (signal) => client.syncStore({ signal }),
  waitMemory: client.waitMemory,
  standing: () => client.standing(),
});
loop.status$.subscribe(({ state, why }) => show('status', `${state}: ${why}`));
loop.results$.subscribe(async () => {
  show('received', (await store.skillList(100, 'published')).length);
});
loop.start();

document.getElementById('finish').addEventListener('click', finishOne);
document.getElementById('sync').addEventListener('click', () => loop.syncNow());
