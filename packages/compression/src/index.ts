// Everyday
export { createV1Format, type V1FormatOptions } from './v1-format.js';
export type { EncodedDelta, WireFormat } from './wire-format.js';
export type { EncodedGlobalPatterns } from './global-patterns-encoder.js';
export type { Fidelity } from './grid.js';
export { estimateCompressedSize } from './estimate.js';
export { V1_LIMITS } from './limits.js';

// Advanced: bringing another zstd
export type { ZstdCodec } from './zstd-codec.js';
export { inspectZstdFrame } from './zstd-frame.js';
