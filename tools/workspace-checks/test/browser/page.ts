import { compress, decompress, init } from '@bokuweb/zstd-wasm';
import {
  createMemoryPatternStore,
  createSyncLoop,
  sampleBooks,
  SyncClient,
  type SampleBooks,
} from '@omega-tv/client';
import { createV1Format, createV2Format, type ClientFormat } from '@omega-tv/compression';
import { createEmbeddingCodec, parseCodebook } from '@omega-tv/embedding-codec';
import { miniLmCodebookUrl } from '@omega-tv/embedding-codec/web';
import type { SyncResult } from '@omega-tv/protocol';
import {
  isSyncError,
  patternDataFromWire,
  patternDataToWire,
  type PatternDataWire,
  type RandomSource,
} from '@omega-tv/types';
import { firstValueFrom, map, merge, type Observable } from 'rxjs';

const ZSTD_LEVEL = 3;
/** Once only: a second call would put an empty memory under the first one's pointers. */
const zstdReady = init();
const codebook = fetch(miniLmCodebookUrl)
  .then((response) => response.arrayBuffer())
  .then((bytes) => parseCodebook(new Uint8Array(bytes)));

/** The page's own source of chance, not one that can be guessed. */
const random: RandomSource = {
  next: () => (crypto.getRandomValues(new Uint32Array(1))[0] ?? 0) / 2 ** 32,
};

type Protocol = 'v1' | 'v2';

const formats: Readonly<Record<Protocol, () => Promise<ClientFormat>>> = {
  v1: async () => {
    await zstdReady;
    const zstd = {
      compress: (bytes: Uint8Array) => Promise.resolve(compress(bytes, ZSTD_LEVEL)),
      decompress: (frame: Uint8Array) => Promise.resolve(decompress(frame)),
    };
    return createV1Format({ zstd });
  },
  v2: async () => createV2Format({ codecs: [createEmbeddingCodec(await codebook)], random }),
};

/** The TVs of this page, by device. */
const clients = new Map<string, Promise<SyncClient>>();

interface PageSync {
  readonly result: SyncResult;
  readonly books: SampleBooks;
  /** The published patterns that the page's store then holds. */
  readonly published: readonly PatternDataWire[];
}

/** What the test calls in the page. */
const tv = {
  /** One exchange of the loop, after this TV's store learned these patterns. */
  async sync(
    protocol: Protocol,
    deviceId: string,
    patterns: readonly PatternDataWire[],
  ): Promise<PageSync> {
    const opened = clients.get(deviceId) ?? openClient(deviceId, location.origin, protocol);
    clients.set(deviceId, opened);
    const client = await opened;
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
      const books = sampleBooks(state, learned);
      return { result, books, published: published.map(patternDataToWire) };
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

  /** Asks and pushes where everything is redirected; returns what came of both. */
  async redirected(url: string): Promise<readonly [asked: boolean, pushed: string]> {
    const client = await openClient('tv-moved', url);
    const asked = await client.needsSync();
    try {
      await client.sync(client.prepareDelta([]));
      return [asked, 'no failure'];
    } catch (error) {
      return [asked, isSyncError(error, 'http') ? error.details.reason : String(error)];
    }
  },
};

declare global {
  interface Window {
    readonly tv: typeof tv;
  }
}
Object.assign(window, { tv });

async function openClient(
  deviceId: string,
  url: string,
  protocol: Protocol = 'v2',
): Promise<SyncClient> {
  const format = await formats[protocol]();
  return SyncClient.create({ url, deviceId, format, random, store: createMemoryPatternStore() });
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
