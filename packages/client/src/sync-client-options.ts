import {
  MAX_NAME_LENGTH,
  SyncError,
  type Clock,
  type Logger,
  type RandomSource,
} from '@omega-tv/types';
import type { ClientFormat } from '@omega-tv/compression';
import type { Transport } from '@omega-tv/protocol';
import type { BudgetOptions } from './budget/tier-choice.js';
import type { PatternStore } from './store/pattern-store.js';

export interface SyncClientOptions {
  /** Where the Constellation lives, e.g. `https://tv.example.com/base`. */
  readonly url: string;
  /** Names this TV; not empty, no control characters. */
  readonly deviceId: string;
  /** How deltas become bytes, e.g. `createV2Format({ codecs, random })` of `@omega-tv/compression`. */
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
  /** Default: 30 s. */
  readonly timeoutMs?: number;
  readonly logger?: Logger;
}

/** @throws SyncError `invalid-config` for what cannot work. */
export function checkOptions({ deviceId, format }: SyncClientOptions): void {
  const isName = typeof deviceId === 'string' && /^[^\p{Cc}\p{Cs}]+$/u.test(deviceId);
  if (!isName || deviceId.length > MAX_NAME_LENGTH) {
    throw new SyncError(
      'invalid-config',
      `The device id must be well-formed text of 1 to ${MAX_NAME_LENGTH} characters without control characters`,
      { field: 'deviceId' },
    );
  }
  if (typeof format !== 'object') {
    throw new SyncError(
      'invalid-config',
      'A format is missing; createV2Format() of @omega-tv/compression makes one',
      { field: 'format' },
    );
  }
}
