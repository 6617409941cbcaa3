import type { Codebook } from './codebook.js';
import { GaussianForecast } from './gaussian-forecast.js';
import { varianceFactor } from './step-grid.js';

/** How the dithered quantiser treats each coefficient of residuals of one scale. */
export interface UploadPlan {
  /** Fine step of each coefficient. */
  readonly steps: Float64Array;
  /** Fine step over the standard deviation of what is decoded. */
  readonly ratios: Float64Array;
  /** Wiener's l / (l + D). */
  readonly shrinkage: Float64Array;
  readonly forecast: GaussianForecast;
}

/**
 * The plans of one step. Coefficient i, of variance l, gets the noise
 * D = l/2 (sqrt(1 + 4c/l) - 1) with c = step^2 / 4, which is cheaper than the same noise for all.
 */
export class UploadPlans {
  private readonly plans = new Map<number, UploadPlan>();

  constructor(
    private readonly codebook: Codebook,
    private readonly step: number,
  ) {}

  ofScale(scale: number): UploadPlan {
    let plan = this.plans.get(scale);
    if (plan === undefined) {
      plan = this.createPlan(varianceFactor(scale));
      this.plans.set(scale, plan);
    }
    return plan;
  }

  private createPlan(factor: number): UploadPlan {
    const variances = this.codebook.variances.map((variance) => variance * factor);
    const level = (this.step * this.step) / 4;
    // The same noise, written without the cancellation where c is small.
    const noises = variances.map((l) => (2 * level) / (1 + Math.sqrt(1 + (4 * level) / l)));
    const steps = noises.map((noise) => Math.sqrt(3 * noise * this.codebook.ditherGain));
    const sum = (i: number): number => (variances[i] ?? 0) + (noises[i] ?? 0);
    return {
      steps,
      ratios: steps.map((step, i) => step / Math.sqrt(sum(i))),
      shrinkage: variances.map((variance, i) => variance / sum(i)),
      forecast: new GaussianForecast(variances, noises),
    };
  }
}
