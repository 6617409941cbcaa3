// Everyday

/**
 * Where the codebook that comes with the package lies, for pages to fetch; bundlers emit the file.
 * @example
 * ```ts
 * import { miniLmCodebookUrl } from '@omega-tv/embedding-codec/web';
 *
 * console.log(miniLmCodebookUrl.pathname.endsWith('.codebook')); // => true
 * ```
 */
export const miniLmCodebookUrl = new URL(
  '../../codebook/all-minilm-l6-v2.codebook',
  import.meta.url,
);
