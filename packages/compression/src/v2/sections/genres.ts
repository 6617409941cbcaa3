import { flagField } from '../fields/field.js';
import type { FieldReader } from '../fields/field-reader.js';
import type { FieldWriter } from '../fields/field-writer.js';
import { malformed } from '../malformed.js';

const NEW_GENRE = flagField('genre', 2, 2);
const IN_TABLE = flagField('genre kind', 1, 6);

/** Part of the format: the order is fixed, additions go to the end until there are 64. */
const GENRES = [
  ...['action', 'adventure', 'animation', 'anime', 'biography', 'children', 'comedy', 'crime'],
  ...['cooking', 'documentary', 'drama', 'family', 'fantasy', 'food', 'game-show', 'history'],
  ...['horror', 'kids', 'lifestyle', 'music', 'musical', 'mystery', 'nature', 'news'],
  ...['noir', 'politics', 'reality', 'religion', 'romance', 'sci-fi', 'science', 'science-fiction'],
  ...['short', 'soap', 'sport', 'sports', 'superhero', 'talk-show', 'teen', 'thriller'],
  ...['travel', 'true-crime', 'tv-movie', 'variety', 'war', 'western', 'imax', 'other'],
  ...['Action', 'Adventure', 'Animation', 'Children', 'Comedy', 'Crime', 'Documentary', 'Drama'],
  ...['Fantasy', 'Horror', 'Musical', 'Mystery', 'Romance', 'Sci-Fi', 'Thriller', 'Western'],
];

/** Writes genres: one of those seen, one of the format's table, or text. */
export class GenreWriter {
  readonly #seen: string[] = [];

  constructor(private readonly writer: FieldWriter) {}

  write(genre: string): void {
    const { writer } = this;
    const index = this.#seen.indexOf(genre);
    writer.flag(NEW_GENRE, index < 0);
    if (index >= 0) {
      writer.choice('genre', index, this.#seen.length);
      return;
    }
    this.#seen.push(genre);
    const known = GENRES.indexOf(genre);
    writer.flag(IN_TABLE, known >= 0);
    if (known >= 0) writer.choice('genre', known, GENRES.length);
    else writer.text('genre', genre);
  }
}

/** Reads what GenreWriter wrote. */
export class GenreReader {
  readonly #seen: string[] = [];

  constructor(private readonly reader: FieldReader) {}

  read(): string {
    const { reader } = this;
    if (!reader.flag(NEW_GENRE)) {
      const seen = this.#seen[reader.choice('genre', this.#seen.length)];
      if (seen === undefined) throw malformed('genre: refers to an earlier one, but is the first');
      return seen;
    }
    const genre = reader.flag(IN_TABLE)
      ? (GENRES[reader.choice('genre', GENRES.length)] ?? '')
      : reader.text('genre');
    this.#seen.push(genre);
    return genre;
  }
}
