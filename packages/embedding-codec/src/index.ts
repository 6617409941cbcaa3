// Everyday
export { createEmbeddingCodec } from './embedding-codec.js';
export type {
  CodecRate,
  EmbeddingCodec,
  EncodedVectors,
  EncodeOptions,
  VectorEncoder,
} from './embedding-codec.js';
export type { DecodeOptions } from './message-decoder.js';
export type { CodecMode } from './message-format.js';
export { parseCodebook } from './parse-codebook.js';
export type { Codebook, SymbolTable, VectorSpace } from './codebook.js';
export { cosineSimilarity } from './cosine.js';

// Errors
export { CodecError, isCodecError, type CodecErrorCode } from './errors.js';
