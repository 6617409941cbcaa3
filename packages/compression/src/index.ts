// Everyday
export { createV1Format, type V1FormatOptions } from './v1/v1-format.js';
export type { WireFormat } from './v1/wire-format.js';
export { createV2Format } from './v2/v2-format.js';
export type { V2FormatOptions } from './v2/v2-format.js';
export { BUDGET_TIERS, type BudgetTier } from './v2/budget-tiers.js';
export type {
  Answer,
  ClientFormat,
  EncodedDelta,
  Fidelity,
  FittedDelta,
  PushContext,
} from './client-format.js';
export type { EncodedGlobalPatterns } from './v1/global-patterns-encoder.js';
export type { RoundingFidelity } from './v1/grid.js';
export { estimateCompressedSize } from './v1/estimate.js';

// Advanced: v2 frames
export { FRAME_MEDIA_TYPE } from './v2/v2-format.js';
export { SNAPSHOT_STEP } from './v2/budget-tiers.js';
export { Codecs, codebookIdOf } from './v2/codecs.js';
export { encodeDeltaFrame } from './v2/frames/delta-frame.js';
export type { DeltaFrame, DeltaFrameOptions, DeltaRate } from './v2/frames/delta-frame.js';
export { decodeDeltaFrame, openDeltaFrame, readDeltaFrameHeader } from './v2/frames/open-delta.js';
export type {
  DecodeDeltaOptions,
  DeltaOutline,
  OpenedDelta,
  ReceivedDelta,
} from './v2/frames/open-delta.js';
export type { DeltaHeader } from './v2/sections/delta-header.js';
export {
  canDiff,
  decodeSnapshotFrame,
  encodeDiffFrame,
  encodeSnapshotFrame,
  readSnapshotFrameBase,
} from './v2/frames/snapshot-frame.js';
export { publishSnapshot, type PublishSnapshotOptions } from './v2/publish-snapshot.js';
export { isSameSnapshot, type Layer, type Snapshot } from './v2/snapshot.js';
export {
  decodeAnswerFrame,
  encodeAnswerFrame,
  type AnswerFrame,
} from './v2/frames/answer-frame.js';
export { decodeBatchFrame, encodeBatchFrame, isBatchFrame } from './v2/frames/batch-frame.js';
export { digestDelta } from './v2/delta-digest.js';
export { inspectFrame, type FrameInspection, type FramePart } from './v2/inspect-frame.js';
export { createContentResolver, toContentHash, type KnownTitle } from './v2/content-hash.js';
export { V2_LIMITS } from './v2/limits.js';

// Advanced: titles
export { publishTitles } from './v2/titles/publish-titles.js';
export { roundViewerFactors } from './v2/titles/viewer-factors-section.js';
export { toTitleHash } from './v2/titles/title-hash.js';
export { fillTitles } from './v2/titles/fill-titles.js';
export { fromStoredTitles, toStoredTitles, type StoredTitles } from './v2/titles/stored-titles.js';
export {
  heldTitles,
  meanViewersOf,
  receiveTitles,
  titlesOf,
  weightsOf,
  type HeldGeneration,
  type HeldTitle,
  type TitleHoldings,
} from './v2/titles/title-holdings.js';
export { decodeHead, encodeHead } from './v2/titles/head-coding.js';
export { decodePiece, encodePiece } from './v2/titles/piece-frame.js';
export type { ListedTitle, TitleHead, TitleList, TitlePiece } from './v2/titles/title-list.js';

// Advanced: v1's JSON, and bringing another zstd
export { V1_LIMITS } from './v1/limits.js';
export { globalPatternsToJson, syncDeltaToJson } from './v1/v1-json.js';
export type { ZstdCodec } from './v1/zstd-codec.js';
export { inspectZstdFrame } from './v1/zstd-frame.js';
