import type { Title } from '@omega-tv/catalogue/web';
import { openBrowserPatternStore, openWhenFree, SyncClient } from '@omega-tv/client/web';
import { createV2Format } from '@omega-tv/compression';
import { createEmbeddingCodec, parseCodebook } from '@omega-tv/embedding-codec';
import { miniLmCodebookUrl } from '@omega-tv/embedding-codec/web';
import { createTextStart } from '@omega-tv/federation';
import { openBrowserOrSetAside, openBrowserRecords } from '@omega-tv/level/browser';
import {
  createMemoryHistory,
  historyIn,
  historyLayout,
  type History,
} from '@omega-tv/tv-agent/learning';
import { systemClock } from '@omega-tv/types';
import { fetchFile, loadCatalogue } from './load-catalogue.js';

/** What a TV consists of. */
export interface TvParts {
  readonly catalogue: readonly Title[];
  readonly client: SyncClient;
  readonly history: History;
}

const HISTORY = 'omega-tv-history';
/** How often a second tab looks whether the first is gone. */
const RETRY_MS = 1000;

/**
 * Opens this TV's stores, once no other tab has them open.
 * @param onInUse called when another one has.
 * @param isShared whether completed titles may leave the TV.
 */
export async function openParts(onInUse: () => void, isShared: boolean): Promise<TvParts> {
  const [catalogue, codebook] = await Promise.all([
    loadCatalogue(),
    fetchFile(miniLmCodebookUrl.href).then(async (file) =>
      parseCodebook(new Uint8Array(await file.arrayBuffer())),
    ),
  ]);
  const codecs = [createEmbeddingCodec(codebook)] as const;
  const format = createV2Format({ codecs, titles: catalogue });
  const waiting = { onInUse, retryMs: RETRY_MS };
  const { store } = await openWhenFree(() => openBrowserPatternStore({ format }), waiting);
  const history = await openWhenFree(openHistory, waiting);
  const { owner } = await store.loadSyncState();
  const client = await SyncClient.create({
    url: location.origin,
    deviceId: owner?.deviceId ?? drawDeviceId(),
    format,
    store,
    // Told at the next sync, so that it can be watched; a TV at home takes a part of a day for it.
    titles: {
      catalogue,
      textStart: createTextStart(codebook),
      areShared: isShared,
      reportSpreadMs: 0,
    },
  });
  return { catalogue, client, history };
}

async function openHistory(): Promise<History> {
  const { store } = await openBrowserOrSetAside<History>({
    name: HISTORY,
    clock: systemClock,
    open: async (name) => historyIn(await openBrowserRecords({ ...historyLayout, name })),
    createInMemory: createMemoryHistory,
  });
  return store;
}

function drawDeviceId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(8));
  return `screen-${Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}
