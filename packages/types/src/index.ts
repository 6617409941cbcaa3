// Everyday
export type { PatternData } from './pattern-data.js';
export { isPublishedId, meetsSyncThreshold, validatePatternData } from './pattern-data.js';
export type { PushedPattern, SyncDelta } from './sync-delta.js';
export { validateSyncDelta } from './sync-delta.js';
export type { TrendSignal } from './trend-signal.js';
export { isFresh } from './trend-signal.js';
export type { GlobalPatterns } from './global-patterns.js';
export { validateGlobalPatterns } from './global-patterns.js';
export { estimateDeltaSize, estimateGlobalPatternsSize } from './size.js';

export type { Engagement, Taste } from './engagement.js';
export type { Receipt, SnapshotReference, SyncWindow } from './receipt.js';
export type { Capability } from './capability.js';
export type { HeldTitles, PublishedFactors, TitleFactors, ViewerFactors } from './learning.js';

// Advanced: the wire's JSON, limits, ports
export { PatternDataSchema, type PatternDataWire } from './pattern-data.js';
export { patternDataFromWire, patternDataToWire } from './pattern-data.js';
export { SyncDeltaSchema, type DeltaPosition, type SyncDeltaWire } from './sync-delta.js';
export { syncDeltaFromWire, syncDeltaToWire } from './sync-delta.js';
export { TrendSignalSchema, type TrendSignalWire } from './trend-signal.js';
export { trendSignalFromWire, trendSignalToWire } from './trend-signal.js';
export { GlobalPatternsSchema, type GlobalPatternsWire } from './global-patterns.js';
export { globalPatternsFromWire, globalPatternsToWire } from './global-patterns.js';
export { FACTORS, HISTORY_CLASSES, MAX_SCORINGS, type HeldPiece } from './learning.js';
export { SKETCH_DIMENSION } from './engagement.js';
export { CAPABILITIES } from './capability.js';
export { GLOBAL_STREAM, RECEIPT_OUTCOMES } from './receipt.js';
export type { DeltaReceipt, DeviceStanding, ReceiptOutcome } from './receipt.js';
export {
  MAX_INTEGER,
  MAX_NAME_LENGTH,
  PUBLISHED_ID_PREFIX,
  QUALITY_THRESHOLD,
  TREND_FRESHNESS_MS,
  V1_EMBEDDING_DIMENSION,
} from './limits.js';
export { silentLogger, type Clock, type Logger, type RandomSource } from './ports.js';
export { checkMethods, checkPorts } from './port-check.js';
export { monotonicMs, systemClock, systemRandom } from './system.js';

// Errors
export { isSyncError, SyncError } from './errors.js';
export type { HttpFailure, SyncErrorCode, SyncErrorDetails, SyncErrorOptions } from './errors.js';
