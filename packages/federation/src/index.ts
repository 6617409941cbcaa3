// Everyday: the TV's side
export { scoreContent } from './scoring.js';
export type { ContentScore, ScorableContent, ScoreOptions, ScoreReason } from './scoring.js';

// Everyday: the server's side
export { createFederationConfig, type FederationConfig } from './config.js';
export { applyMarks, type DeviceMarks, type MarkedDelta } from './marks.js';
export {
  contributionsFromDelta,
  type Contribution,
  type ContributionOptions,
} from './contribution.js';
export { emptyFederation, type FederationState } from './state.js';
export { contribute } from './contribute.js';
export { weighDevice, type DeviceWeight } from './device-weight.js';
export { publish, type Publication } from './publish.js';
export type { CohortKeys } from './cohort.js';

// Everyday: titles, the TV's side
export { viewerFactors } from './learning/viewer-factors.js';
export { scoreTitle } from './learning/score-title.js';
export { fitTextRegression } from './learning/text-regression.js';

// Everyday: titles, the server's side
export { createLearningConfig, type LearningConfig } from './learning/config.js';
export { emptyLearning, type LearningState } from './learning/state.js';
export { foldCompletions, type Completion } from './learning/fold-completions.js';
export { publishTitleFactors } from './learning/publish-title-factors.js';
export { titleTrends } from './learning/title-trends.js';

// Advanced: states that take a step after another
export { CopyOnWriteMap } from './copy-on-write-map.js';

// Advanced: publishing in two steps
export { composeGlobals, tidyFederation } from './publish.js';
export { publishableFederation } from './published-patterns.js';
export { tidyLearning } from './learning/publish-title-factors.js';

// Advanced: titles
export {
  addFactorSums,
  emptyFactorSums,
  sumFactors,
  withoutTitle,
  type FactorSpace,
  type FactorSums,
} from './learning/viewer-factors.js';
export type { TextExample, TextRegression } from './learning/text-regression.js';
export { reportInstantMs } from './learning/report-instant.js';
export { mergeLearning } from './learning/merge-learning.js';
export type { ScorableTitle } from './learning/score-title.js';
export { createTextStart, type TextStart } from './learning/text-start.js';
export { historyClass } from './learning/history-class.js';
export { LEARNING_MODEL } from './learning/model.js';
export { SCORINGS, type Scoring } from './learning/scorings.js';
export type { Axes } from './learning/axes.js';
export type { DeviceSample } from './learning/device-sample.js';
export { countCompletion, type ActiveDevice, type DeviceActivity } from './learning/activity.js';
export type { FoldedCompletions } from './learning/fold-completions.js';
export type { TitlePublication } from './learning/publish-title-factors.js';
export type { ReceivedFactors } from './learning/received-factors.js';
export type {
  LearningCounters,
  LearningTouched,
  RecentCompletions,
  SharedItem,
  TitleRecord,
} from './learning/state.js';

// Advanced: the records of the state
export { MAX_MARKS_PER_DEVICE } from './marks.js';
export type { Cohort, Holding, Sums } from './cohort.js';
export type { ClosedSums, Tally } from './tally.js';
export { advanceTime, type FoldTime } from './fold-time.js';
export type { Cluster, FederationCounters, Touched, Trend } from './state.js';
