import { isSyncError, monotonicMs } from '@omega-tv/types';
import type { RequestOptions, SyncResult } from '@omega-tv/protocol';
import type { ClientParts } from '../exchange/open-client-parts.js';
import type { Session } from '../exchange/session.js';
import { outboxStanding } from '../standing/standing.js';
import type { MeasuredExchange, SyncMetrics } from './sync-metrics.js';

/** Runs an exchange, and says how it went. */
export async function measuredExchange(
  { exchange, session, metrics }: Pick<ClientParts, 'exchange' | 'session' | 'metrics'>,
  options: RequestOptions,
): Promise<SyncResult> {
  if (metrics === undefined) return exchange.syncStore(options);
  const startedMs = monotonicMs(session.link.clock);
  let outcome: MeasuredExchange['outcome'] = 'success';
  try {
    return await exchange.syncStore(options);
  } catch (error) {
    if (options.signal?.aborted === true) outcome = 'aborted';
    else outcome = isSyncError(error) ? error.code : 'unexpected';
    throw error;
  } finally {
    const measured = await measure(exchange.moved, session, startedMs);
    tell(metrics, { outcome, ...measured }, session);
  }
}

async function measure(
  moved: SyncResult,
  { store, link: { clock } }: Session,
  startedMs: number,
): Promise<Omit<MeasuredExchange, 'outcome'>> {
  const { bytesSent, bytesReceived, patternsPushed, titlesReported, fidelity } = moved;
  const outbox = outboxStanding((await store.loadSyncState()).outbox);
  const { oldestBegunAtMs } = outbox;
  const bytes = store.written?.bytes;
  return {
    durationMs: monotonicMs(clock) - startedMs,
    ...{ bytesSent, bytesReceived, patternsPushed, titlesReported, outbox },
    ...(patternsPushed === 0 ? {} : { fidelity }),
    outboxAgeMs: oldestBegunAtMs === undefined ? 0 : Math.max(0, clock.nowMs() - oldestBegunAtMs),
    ...(bytes === undefined ? {} : { writtenBytes: bytes }),
  };
}

/** A port of the host that fails must not fail an exchange. */
function tell(metrics: SyncMetrics, measured: MeasuredExchange, { link }: Session): void {
  try {
    metrics.exchangeEnded(measured);
  } catch (err) {
    link.logger.warn({ err }, 'the metrics of an exchange could not be told');
  }
}
