// Advanced: what a trainer of codebooks needs
export { log2 } from '../exact-math.js';
export { createTrellis, TrellisSearch } from '../trellis.js';
export type { Trellis, TrellisCode } from '../trellis.js';
export { DownloadQuantizer } from '../download-quantizer.js';
export { costTables } from '../table-costs.js';
export type { SymbolObserver } from '../download-quantizer.js';
export { UNSCALED } from '../step-grid.js';
export { CodecContext } from '../codec-context.js';
export * as codebookLayout from '../codebook.js';
