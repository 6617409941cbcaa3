import { decodeFloat16 } from './float16.js';

const DIMENSION = 384;

/** One film or series of the catalogue. */
export interface Title {
  readonly id: string;
  readonly title: string;
  readonly year: number;
  readonly kind: 'film' | 'series';
  /** Lower case, the main one first. */
  readonly genres: readonly [string, ...string[]];
  /** ISO 3166-1 alpha-2. */
  readonly countries: readonly string[];
  readonly keywords: readonly string[];
  readonly synopsis: string;
  /** all-MiniLM-L6-v2 of title, genres, synopsis and keywords; 384 coordinates, unit length. */
  readonly embedding: Float32Array;
  /** True for every fifth title: no codebook is trained on it, so tests may report on it. */
  readonly heldOut: boolean;
}

/**
 * The titles of the catalogue's two files, in their order.
 * @param lines the text of catalogue.jsonl.
 * @param halves the bytes of catalogue.f16.
 * @throws Error where the files do not belong together.
 */
export function parseCatalogue(lines: string, halves: Uint8Array): readonly Title[] {
  const titles = lines.trimEnd().split('\n');
  const values = decodeFloat16(halves);
  if (values.length !== titles.length * DIMENSION) {
    throw new Error(
      `catalogue.f16 holds ${values.length / DIMENSION} vectors, catalogue.jsonl ${titles.length} titles`,
    );
  }
  return titles.map((line, index) => ({
    ...(JSON.parse(line) as Omit<Title, 'embedding' | 'heldOut'>),
    embedding: values.slice(index * DIMENSION, (index + 1) * DIMENSION),
    heldOut: index % 5 === 0,
  }));
}
