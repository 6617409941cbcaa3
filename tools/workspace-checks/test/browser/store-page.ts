// A TV in a page that remembers: what the test kills, reloads and opens twice.
import {
  loadV2Format,
  openBrowserPatternStore,
  openWhenFree,
  SyncClient,
  type BrowserPatternStore,
} from '@omega-tv/client/web';
import { sampleBooks, type SampleBooks } from '@omega-tv/client';
import { patternDataFromWire, type PatternDataWire } from '@omega-tv/types';

let client: SyncClient;
let store: BrowserPatternStore;

/** What the test calls in the page. */
const tv = {
  /** Opens the TV's store; resolves when no other page has it open. */
  async open(deviceId: string): Promise<string> {
    const format = await loadV2Format();
    const { signal } = new AbortController();
    const opened = await openWhenFree(() => openBrowserPatternStore({ format }), {
      signal,
      retryMs: 50,
      onInUse: () => {
        document.title = 'waits';
      },
    });
    document.title = 'leads';
    store = opened.store;
    client = await SyncClient.create({ url: location.origin, deviceId, format, store });
    return opened.outcome;
  },

  async close(): Promise<void> {
    await store.close();
  },

  async books(): Promise<SampleBooks> {
    return sampleBooks(await store.loadSyncState(), await store.skillList(1024, 'learned'));
  },

  /** Watches one more, and syncs now and then, until the page dies. */
  watch(start: PatternDataWire): void {
    const pattern = patternDataFromWire(start);
    const step = async (round: number): Promise<void> => {
      const [stored] = (await store.skillList(1024, 'learned')).filter(
        ({ id }) => id === pattern.id,
      );
      const sampleCount = (stored?.sampleCount ?? pattern.sampleCount) + 1;
      await store.skillStore({ ...pattern, sampleCount });
      console.info(`stored ${sampleCount}`);
      if (round % 3 === 0) await client.syncStore();
      return step(round + 1);
    };
    void step(0);
  },

  /** Watches one more; where it cannot be stored, says why. */
  async watchOnce(start: PatternDataWire): Promise<string> {
    const pattern = patternDataFromWire(start);
    const [stored] = (await store.skillList(1024, 'learned')).filter(({ id }) => id === pattern.id);
    const sampleCount = (stored?.sampleCount ?? pattern.sampleCount) + 1;
    try {
      await store.skillStore({ ...pattern, sampleCount });
      return 'stored';
    } catch (error) {
      return String(error);
    }
  },

  async sync(): Promise<void> {
    await client.syncStore();
  },
};

declare global {
  interface Window {
    readonly storedTv: typeof tv;
  }
}
Object.assign(window, { storedTv: tv });
