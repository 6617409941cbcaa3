import { monotonicMs, type Clock, type SyncWindow } from '@omega-tv/types';
import type { Constellation, ConstellationReport } from '../../constellation.js';
import type { Figures, ServerMetrics } from '../metrics.js';
import type { Overview } from './overview.js';

/** The server at one moment. Counts are those since it started, or of its store (`report`). */
export interface Sample extends Figures {
  /** Unix ms, for showing. */
  readonly timeMs: number;
  /** Of a clock that never jumps, for rates. */
  readonly monotonicMs: number;
  readonly report: ConstellationReport;
  /** What a start would fold again. */
  readonly log: { readonly entries: number; readonly bytes: number };
  /** What TVs are told now: when to come back. */
  readonly window: SyncWindow;
  readonly cohorts: Overview['cohorts'];
}

export async function takeSample(
  constellation: Pick<Constellation, 'log' | 'syncWindow' | 'report' | 'overview'>,
  metrics: ServerMetrics,
  clock: Clock,
): Promise<Sample> {
  const { log, syncWindow } = constellation;
  return {
    ...(await metrics.read()),
    timeMs: clock.nowMs(),
    monotonicMs: monotonicMs(clock),
    report: constellation.report(),
    log,
    window: metrics.stretch(syncWindow),
    cohorts: constellation.overview().cohorts,
  };
}
