import { readFileSync } from 'node:fs';
import type { Codebook } from '../codebook.js';
import { parseCodebook } from '../parse-codebook.js';

const file = new URL('../../codebook/all-minilm-l6-v2.codebook', import.meta.url);

/**
 * Reads the codebook that comes with the package: all-MiniLM-L6-v2, 384 dimensions.
 * @example
 * ```ts
 * import { readMiniLmCodebook } from '@omega-tv/embedding-codec/node';
 *
 * console.log(readMiniLmCodebook().space.dimension); // => 384
 * ```
 */
export function readMiniLmCodebook(): Codebook {
  return parseCodebook(readFileSync(file));
}
