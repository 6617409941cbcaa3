/** Where the codebook that comes with the package lies, for pages to fetch; bundlers emit the file. */
export const miniLmCodebookUrl = new URL(
  '../../codebook/all-minilm-l6-v2.codebook',
  import.meta.url,
);
