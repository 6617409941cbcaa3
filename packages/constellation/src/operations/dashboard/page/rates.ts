import { REQUEST_BUCKETS_S } from '../../request-buckets.js';
import type { Sample } from '../sample.js';

/** A page draws so many samples, the last ones: about 17 minutes. */
export const MAX_POINTS = 1000;
/** Rates and latencies are those of the last so many samples. */
const SPAN = 10;

/** One point of all charts. Latencies are absent where nothing was pushed. */
export interface Point {
  readonly timeS: number;
  readonly syncsV1: number;
  readonly syncsV2: number;
  readonly refusals: number;
  readonly receivedBytes: number;
  readonly sentBytes: number;
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
  readonly logEntries: number;
  readonly windowMinS: number;
  readonly windowMaxS: number;
}

/** The last samples, and what they say a second. Counts that fell come from another process. */
export class Rates {
  #samples: readonly Sample[] = [];
  #points: readonly Point[] = [];

  get points(): readonly Point[] {
    return this.#points;
  }

  /** Begins again, with what the server kept. */
  restart(samples: readonly Sample[]): void {
    this.#samples = [];
    this.#points = [];
    for (const sample of samples) this.add(sample);
  }

  add(sample: Sample): void {
    const last = this.#samples[this.#samples.length - 1];
    if (last !== undefined && sample.monotonicMs <= last.monotonicMs) this.restart([]);
    this.#samples = [...this.#samples.slice(-SPAN), sample];
    const first = this.#samples[0] ?? sample;
    const point = toPoint(first, sample);
    this.#points = [...this.#points.slice(1 - MAX_POINTS), point];
  }
}

function toPoint(first: Sample, last: Sample): Point {
  const seconds = (last.monotonicMs - first.monotonicMs) / 1000;
  const perSecond = (read: (sample: Sample) => number): number =>
    seconds === 0 ? 0 : (read(last) - read(first)) / seconds;
  const counts = last.durations.map((count, i) => count - (first.durations[i] ?? 0));
  return {
    timeS: last.timeMs / 1000,
    syncsV1: perSecond(({ syncs }) => syncs.v1),
    syncsV2: perSecond(({ syncs }) => syncs.v2),
    refusals: perSecond(({ refusals }) => sum(Object.values(refusals))),
    receivedBytes: perSecond(({ receivedBytes }) => receivedBytes),
    sentBytes: perSecond(({ sentBytes }) => sentBytes),
    p50Ms: quantileMs(counts, REQUEST_BUCKETS_S, 0.5),
    p99Ms: quantileMs(counts, REQUEST_BUCKETS_S, 0.99),
    logEntries: last.log.entries,
    windowMinS: last.window.minMs / 1000,
    windowMaxS: last.window.maxMs / 1000,
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/**
 * A quantile of a histogram, within its bucket as if that were filled evenly: histogram_quantile of
 * Prometheus.
 * @param counts cumulative, up to each bucket's end, then of all.
 * @returns null where nothing was counted.
 */
export function quantileMs(
  counts: readonly number[],
  bucketsS: readonly number[],
  q: number,
): number | null {
  const all = counts[bucketsS.length] ?? 0;
  if (all === 0) return null;
  const rank = q * all;
  const bucket = counts.findIndex((count) => count >= rank);
  const endS = bucketsS[bucket];
  // Above the last bucket nothing is known but that.
  if (endS === undefined) return 1000 * (bucketsS[bucketsS.length - 1] ?? 0);
  const startS = bucketsS[bucket - 1] ?? 0;
  const before = counts[bucket - 1] ?? 0;
  const share = (rank - before) / ((counts[bucket] ?? 0) - before);
  return 1000 * (startS + (endS - startS) * share);
}
