import { KNOWN_COUNTS, type KnownCount } from './trials.js';

/** A mean with its 95 % interval. */
export interface Interval {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/** 97.5 % point of the normal distribution. */
const POINT = 1.959964;

/**
 * Mean of values of viewers, each of whom may be asked in several splits; viewers are what is
 * drawn, so the interval goes by their means (clustered standard error).
 */
export function intervalByViewer(values: readonly number[], viewers: readonly number[]): Interval {
  const mean = values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
  const residuals = new Map<number, number>();
  values.forEach((value, i) => {
    const viewer = viewers[i] ?? 0;
    residuals.set(viewer, (residuals.get(viewer) ?? 0) + value - mean);
  });
  let squares = 0;
  for (const residual of residuals.values()) squares += residual * residual;
  const clusters = residuals.size;
  const correction = clusters > 1 ? clusters / (clusters - 1) : 1;
  const error = Math.sqrt(squares * correction) / Math.max(1, values.length);
  return { mean, low: mean - POINT * error, high: mean + POINT * error };
}

/** By number of known titles. */
export type ByKnown<Value> = Readonly<Record<KnownCount, Value>>;

export function byKnown<Value>(valueOf: (count: KnownCount) => Value): ByKnown<Value> {
  const entries = KNOWN_COUNTS.map((count) => [count, valueOf(count)] as const);
  return Object.fromEntries(entries) as unknown as ByKnown<Value>;
}
