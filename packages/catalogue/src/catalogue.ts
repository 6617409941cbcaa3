import { readFileSync } from 'node:fs';
import { parseCatalogue, type Title } from './title.js';

/** Where the catalogue's files lie, for servers that hand them to pages. */
export const catalogueFiles = {
  titles: new URL('../data/catalogue.jsonl', import.meta.url),
  embeddings: new URL('../data/catalogue.f16', import.meta.url),
} as const;

/** Reads the catalogue: 1,040 titles, in the order of their file. */
export function loadCatalogue(): readonly Title[] {
  const { titles, embeddings } = catalogueFiles;
  return parseCatalogue(readFileSync(titles, 'utf8'), readFileSync(embeddings));
}
