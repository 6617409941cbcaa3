export { describeList } from './cli/describe.js';
export { reportTelevision, type TelevisionReport } from './cli/report.js';
export { explain, type Reason } from './recommender/reason.js';
export type { Recommendation } from './recommender/recommend.js';
export { textStart } from './recommender/text-start.js';
export { Television, type TelevisionOptions } from './tv/television.js';
export { learn } from './learner/learn.js';
export type { LearnedPattern, Sample } from './learner/pattern.js';
