// Everyday
export { createEmbeddingCodec } from './embedding-codec.js';
export type {
  CodecRate,
  EmbeddingCodec,
  EncodedVectors,
  EncodeOptions,
} from './embedding-codec.js';
export type { DecodeOptions } from './message-decoder.js';
export type { CodecMode } from './message-format.js';
export { parseCodebook } from './parse-codebook.js';
export type { Codebook, SymbolTable, VectorSpace } from './codebook.js';

// Advanced: what a trainer of codebooks needs
export { log2 } from './exact-math.js';
export { createTrellis, TrellisSearch } from './trellis.js';
export type { Trellis, TrellisCode } from './trellis.js';
export { DownloadQuantizer } from './download-quantizer.js';
export { costTables } from './table-costs.js';
export type { SymbolObserver } from './download-quantizer.js';
export { UNSCALED } from './step-grid.js';
export { CodecContext } from './codec-context.js';
export * as codebookLayout from './codebook.js';

// Advanced: entropy coding and hashing, for what stands beside the vectors
export { RangeEncoder } from './range-encoder.js';
export { RangeDecoder } from './range-decoder.js';
export { AdaptiveModel, decodeUniform, encodeUniform } from './symbols.js';
export { modeOfMessage, stepOfMessage } from './message-format.js';
export { sha256 } from './sha256.js';
export { cosineSimilarity } from './cosine.js';

// Errors
export { CodecError, isCodecError, type CodecErrorCode } from './errors.js';
