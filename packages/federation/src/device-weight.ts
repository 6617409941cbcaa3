import type { FederationConfig } from './config.js';
import { decayFactor, toDecayStep } from './decay.js';

/** What a server keeps of a device so that it weighs no more than others, however often it comes. */
export interface DeviceWeight {
  /** Samples that were learned of it, decayed up to `step`. */
  readonly samples: number;
  /** Of decay, see `ClosedSums`. */
  readonly step: number;
}

/**
 * How many of a device's new samples are learned: all, up to `maxSamplesPerHalfLife` in a half-life.
 * @param newSamples of each of its patterns, in their order.
 * @param foldMs fold time, Unix ms.
 * @example
 * ```ts
 * import { createFederationConfig, weighDevice } from '@omega-tv/federation';
 *
 * const config = createFederationConfig();
 * const first = weighDevice(undefined, [60, 60], Date.UTC(2026, 10, 22), config);
 * console.log(first.learned, first.weight.samples); // => [ 60, 40 ] 100
 * const month = weighDevice(first.weight, [60], Date.UTC(2026, 11, 22), config);
 * console.log(month.learned); // => [ 50 ]
 * ```
 */
export function weighDevice(
  before: DeviceWeight | undefined,
  newSamples: readonly number[],
  foldMs: number,
  { maxSamplesPerHalfLife, patternHalfLifeMs }: FederationConfig,
): { readonly weight: DeviceWeight; readonly learned: readonly number[] } {
  const step = Math.max(toDecayStep(foldMs, patternHalfLifeMs), before?.step ?? 0);
  let samples = before === undefined ? 0 : before.samples * decayFactor(step - before.step);
  const learned = newSamples.map((count) => {
    const taken = Math.max(0, Math.min(count, Math.floor(maxSamplesPerHalfLife - samples)));
    samples += taken;
    return taken;
  });
  return { weight: { samples, step }, learned };
}
