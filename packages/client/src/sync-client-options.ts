import {
  checkMethods,
  checkPorts,
  MAX_NAME_LENGTH,
  SyncError,
  type Clock,
  type Logger,
  type RandomSource,
} from '@omega-tv/types';
import { BUDGET_TIERS, type ClientFormat } from '@omega-tv/compression';
import type { TextStart } from '@omega-tv/federation';
import type { Credentials, Transport } from '@omega-tv/protocol';
import type { BudgetOptions } from './choose/tier.js';
import type { SyncMetrics } from './metrics/sync-metrics.js';
import type { PatternStore } from './store/pattern-store.js';
import type { CatalogueTitle } from './titles/title-space.js';

export interface SyncClientOptions {
  /** Where the Constellation lives, e.g. `https://tv.example.com/base`. */
  readonly url: string;
  /** Names this TV; not empty, no control characters. */
  readonly deviceId: string;
  /** How deltas become bytes, e.g. `createV2Format({ codecs })` of `@omega-tv/compression`. */
  readonly format: ClientFormat;
  /**
   * What is spoken to a server that has never acknowledged in `format` and does not read it, e.g.
   * `createNodeV1Format()` of `@omega-tv/compression/node`. Default: nothing else.
   */
  readonly fallback?: ClientFormat;
  /** Default: one in memory. */
  readonly store?: PatternStore;
  /** Default: HTTP with axios. */
  readonly transport?: Transport;
  /** What lets this TV in; a transport of your own has its own. */
  readonly credentials?: Credentials;
  /** Sent with each request, to the Constellation's host alone; as `credentials`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Default: the machine's. */
  readonly clock?: Clock;
  /** Draws the epoch of this TV's pushes, once. Default: the machine's. */
  readonly random?: RandomSource;
  /** How much a message may have. Default: as the network allows. */
  readonly budget?: BudgetOptions;
  /**
   * `inline`: snapshots come with the answer to a push. `cached`: they are fetched by version, from
   * whatever cache stands in between. Default: inline.
   */
  readonly snapshots?: 'inline' | 'cached';
  /** The titles that this TV plays. Default: none, and it learns nothing of titles. */
  readonly titles?: TitleOptions;
  /** Told how each exchange of `syncStore` went. Default: nobody. */
  readonly metrics?: SyncMetrics;
  /** Default: 30 s. */
  readonly timeoutMs?: number;
  /** Default: silent. */
  readonly logger?: Logger;
}

/** What a TV needs to learn which titles are worth recommending. */
export interface TitleOptions {
  /** All titles that it can play. */
  readonly catalogue: readonly CatalogueTitle[];
  /** `createTextStart(codebook)` of `@omega-tv/federation`. */
  readonly textStart: TextStart;
  /**
   * Whether the viewer lets completed titles leave the TV. Without, the TV receives everything all
   * the same. Default: false.
   */
  readonly areShared?: boolean;
  /** A completion is reported at an instant drawn within this. Default: a day. */
  readonly reportSpreadMs?: number;
}

const FORMAT_METHODS = ['encodeDelta', 'splitDelta', 'decodeAnswer'];
const STORE_METHODS = [
  'skillList',
  'skillStore',
  'loadSyncState',
  'saveSyncState',
  'erase',
  'close',
];

/** @throws SyncError `invalid-config` for what cannot work. */
export function checkOptions(options: SyncClientOptions): void {
  const { deviceId, format, fallback, store, transport, snapshots, budget } = options;
  const isName = typeof deviceId === 'string' && /^[^\p{Cc}\p{Cs}]+$/u.test(deviceId);
  if (!isName || deviceId.length > MAX_NAME_LENGTH) {
    throw new SyncError(
      'invalid-config',
      `The device id must be well-formed text of 1 to ${MAX_NAME_LENGTH} characters without control characters`,
      { field: 'deviceId' },
    );
  }
  checkPorts(options);
  const advice = 'createV2Format() of @omega-tv/compression makes one';
  checkMethods('format', format, FORMAT_METHODS, advice);
  if (fallback !== undefined) checkMethods('fallback', fallback, FORMAT_METHODS);
  if (store !== undefined) checkMethods('store', store, STORE_METHODS);
  if (transport !== undefined) checkMethods('transport', transport, ['request']);
  if (options.metrics !== undefined) checkMethods('metrics', options.metrics, ['exchangeEnded']);
  checkOneTransport(options);
  checkChoice('snapshots', snapshots, ['inline', 'cached']);
  checkChoice('budget.tier', budget?.tier, Object.keys(BUDGET_TIERS));
}

/** They would be lost on a transport that was made without them. */
function checkOneTransport(options: SyncClientOptions): void {
  for (const field of ['credentials', 'headers'] as const) {
    if (options.transport === undefined || options[field] === undefined) continue;
    const message = `${field} and transport are both set; give the transport its own ${field}`;
    throw new SyncError('invalid-config', message, { field });
  }
}

function checkChoice(field: string, value: string | undefined, choices: readonly string[]): void {
  if (value === undefined || choices.includes(value)) return;
  const message = `${field} is ${JSON.stringify(value)}; expected ${choices.join(' or ')}`;
  throw new SyncError('invalid-config', message, { field });
}
