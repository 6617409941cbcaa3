import { readFileSync } from 'node:fs';
import { decodeFloat16 } from './float16.js';

const DIMENSION = 384;
const dataFolder = new URL('../data/', import.meta.url);

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

/** Reads the catalogue: 1,040 titles, in the order of their file. */
export function loadCatalogue(): readonly Title[] {
  const lines = readFileSync(new URL('catalogue.jsonl', dataFolder), 'utf8').trimEnd().split('\n');
  const values = decodeFloat16(readFileSync(new URL('catalogue.f16', dataFolder)));
  if (values.length !== lines.length * DIMENSION) {
    throw new Error(
      `catalogue.f16 holds ${values.length / DIMENSION} vectors, catalogue.jsonl ${lines.length} titles`,
    );
  }
  return lines.map((line, index) => ({
    ...(JSON.parse(line) as Omit<Title, 'embedding' | 'heldOut'>),
    embedding: values.slice(index * DIMENSION, (index + 1) * DIMENSION),
    heldOut: index % 5 === 0,
  }));
}
