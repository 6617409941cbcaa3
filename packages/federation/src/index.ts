// Everyday: the TV's side
export { scoreContent } from './scoring.js';
export type { ContentScore, ScorableContent, ScoreOptions, ScoreReason } from './scoring.js';

// Everyday: the server's side
export { createFederationConfig, type FederationConfig } from './config.js';
export { applyMarks, type DeviceMarks, type MarkedDelta } from './marks.js';
export { contributionsFromDelta, type Contribution } from './contribution.js';
export { emptyFederation, type FederationState } from './state.js';
export { contribute } from './contribute.js';
export { publish, type Publication } from './publish.js';
export type { CohortKeys } from './cohort.js';

// Advanced: the records of the state
export { MAX_MARKS_PER_DEVICE } from './marks.js';
export type { Cohort, Holding, Sums } from './cohort.js';
export type { ClosedSums, Tally } from './tally.js';
export type { FoldTime } from './fold-time.js';
export type { Cluster, FederationCounters, Touched, Trend } from './state.js';
