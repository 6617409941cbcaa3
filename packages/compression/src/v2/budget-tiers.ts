import type { DeltaRate } from './frames/delta-frame.js';

/** How much a TV may send in one message: little that still helps, the usual, much. */
export type BudgetTier = 'floor' | 'normal' | 'ceiling';

/**
 * Steps give learned patterns a cosine of about .98, .99 and .995.
 * @example
 * ```ts
 * import { BUDGET_TIERS } from '@omega-tv/compression';
 *
 * console.log(BUDGET_TIERS.normal.budgetBytes); // => 1024
 * ```
 */
export const BUDGET_TIERS: Readonly<Record<BudgetTier, Required<DeltaRate>>> = {
  floor: { budgetBytes: 512, step: 0.026, coarsestStep: 0.06 },
  normal: { budgetBytes: 1024, step: 0.019, coarsestStep: 0.045 },
  ceiling: { budgetBytes: 2048, step: 0.013, coarsestStep: 0.035 },
};

/** The finest step of published embeddings: a cosine of about .99 on averages of several TVs. */
export const SNAPSHOT_STEP = 0.0135;
