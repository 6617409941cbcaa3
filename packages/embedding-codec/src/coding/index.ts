// Advanced: entropy coding and hashing, for what frames hold beside the vectors
export { RangeEncoder } from '../range-encoder.js';
export { RangeDecoder } from '../range-decoder.js';
export { AdaptiveModel, decodeUniform, encodeUniform } from '../symbols.js';
export { modeOfMessage, stepOfMessage } from '../message-format.js';
export { sha256 } from '../sha256.js';
export { indexOfStep, stepOfIndex } from '../step-grid.js';
