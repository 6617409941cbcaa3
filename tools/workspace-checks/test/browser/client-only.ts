// What a TV of frames needs; the codebook is a file beside it.
export { createMemoryPatternStore, createSyncLoop, SyncClient } from '@omega-tv/client';
export { createV2Format } from '@omega-tv/compression';
export { createEmbeddingCodec, parseCodebook } from '@omega-tv/embedding-codec';
