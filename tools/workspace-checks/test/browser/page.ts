import { compress, decompress, init } from '@bokuweb/zstd-wasm';
import {
  createMemoryPatternStore,
  createSyncLoop,
  sampleBooks,
  SyncClient,
  type SampleBooks,
} from '@omega-tv/client';
import { createV1Format } from '@omega-tv/compression';
import type { SyncResult } from '@omega-tv/protocol';
import { isSyncError, patternDataFromWire, type PatternDataWire } from '@omega-tv/types';
import { firstValueFrom, map, merge, type Observable } from 'rxjs';

const ZSTD_LEVEL = 3;
/** Once only: a second call would put an empty memory under the first one's pointers. */
const zstdReady = init();

interface PageSync {
  readonly result: SyncResult;
  readonly books: SampleBooks;
  /** Ids of the published patterns that the page's store then holds. */
  readonly published: readonly string[];
}

/** What the test calls in the page. */
const tv = {
  /** One exchange of the loop, with a new store that learned these patterns. */
  async sync(deviceId: string, patterns: readonly PatternDataWire[]): Promise<PageSync> {
    const client = await openClient(deviceId, location.origin);
    await client.store.skillStore(...patterns.map(patternDataFromWire));
    const loop = createSyncLoop({
      exchange: (signal) => client.syncStore({ signal }),
      startWithinMs: 0,
    });
    const first = firstValueFrom(merge(loop.results$, failures(loop.errors$)));
    const running = loop.start();
    try {
      const result = await first;
      const state = await client.store.loadSyncState();
      const learned = await client.store.skillList(1024, 'learned');
      const published = await client.store.skillList(1024, 'published');
      return { result, books: sampleBooks(state, learned), published: published.map((p) => p.id) };
    } finally {
      running.unsubscribe();
    }
  },

  /** Asks a server that never answers, and aborts; returns the name of what is thrown. */
  async abort(url: string): Promise<string> {
    const client = await openClient('tv-aborts', url);
    const controller = new AbortController();
    const asked = client.healthCheck({ signal: controller.signal });
    await fetch(`${url}/asked`);
    controller.abort();
    return nameOfFailure(asked);
  },

  /** Pushes to a server whose answer never ends; returns the code of what is thrown. */
  async flood(url: string): Promise<string> {
    const client = await openClient('tv-flooded', url);
    return nameOfFailure(client.sync(client.prepareDelta([])));
  },
};

declare global {
  interface Window {
    readonly tv: typeof tv;
  }
}
Object.assign(window, { tv });

async function openClient(deviceId: string, url: string): Promise<SyncClient> {
  await zstdReady;
  const zstd = {
    compress: (bytes: Uint8Array) => Promise.resolve(compress(bytes, ZSTD_LEVEL)),
    decompress: (frame: Uint8Array) => Promise.resolve(decompress(frame)),
  };
  const format = createV1Format({ zstd });
  return SyncClient.create({ url, deviceId, format, store: createMemoryPatternStore() });
}

function failures(errors$: Observable<unknown>): Observable<never> {
  return errors$.pipe(
    map((error) => {
      throw error;
    }),
  );
}

async function nameOfFailure(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'no failure';
  } catch (error) {
    if (isSyncError(error)) return error.code;
    return error instanceof Error ? error.name : String(error);
  }
}
