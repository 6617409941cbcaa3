import { systemRandom } from '@omega-tv/types';
import { normaliseBaseUrl } from '@omega-tv/protocol';
import { LEARNING_MODEL } from '@omega-tv/federation';
import type { SyncMetrics } from '../metrics/sync-metrics.js';
import { Erasure } from '../privacy/erasure.js';
import { checkOptions, type SyncClientOptions } from '../sync-client-options.js';
import { WatchedTitles } from '../titles/watched-titles.js';
import { Exchange } from './exchange.js';
import { openSession } from './open-session.js';
import type { Session } from './session.js';

/** The rooms behind a client. */
export interface ClientParts {
  /** Without trailing slashes. */
  readonly url: string;
  readonly session: Session;
  readonly exchange: Exchange;
  readonly titles: WatchedTitles;
  readonly erasure: Erasure;
  readonly metrics?: SyncMetrics;
}

/** @throws SyncError `invalid-config` for options, or a store, that cannot work. */
export async function openClientParts(options: SyncClientOptions): Promise<ClientParts> {
  checkOptions(options);
  const { url, random = systemRandom, titles, metrics } = options;
  const session = await openSession(options);
  return {
    url: normaliseBaseUrl(url),
    session,
    exchange: Exchange.of(session, options),
    titles: new WatchedTitles(session, {
      random,
      areShared: titles?.areShared ?? false,
      reportSpreadMs: titles?.reportSpreadMs ?? LEARNING_MODEL.reportSpreadMs,
    }),
    erasure: new Erasure(session),
    ...(metrics === undefined ? {} : { metrics }),
  };
}
