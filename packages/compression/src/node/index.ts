// Everyday
export { createMiniLmCodec, createNodeV1Format, createNodeV2Format } from './node-formats.js';

// Advanced: v1 on a zstd of one's own choice
export { nativeZstd } from './native-zstd.js';
