import { createV1Format, type V1FormatOptions } from '../v1/v1-format.js';
import type { WireFormat } from '../v1/wire-format.js';
import { nativeZstd } from './native-zstd.js';

export { nativeZstd };

/**
 * The v1 wire format on native zstd.
 * @throws SyncError `invalid-config` for a `minCosine` outside 0 to 1.
 */
export function createNodeV1Format(options: Omit<V1FormatOptions, 'zstd'> = {}): WireFormat {
  return createV1Format({ ...options, zstd: nativeZstd });
}
