import type { Title } from '@omega-tv/catalogue/web';
import type { Knowledge } from '../television/screen-tv.js';
import type { Row } from './build-rows.js';

const GENRES = 8;
const ROW_LENGTH = 12;
/** An arbitrary walk through a genre, the same for all: its file begins with the best known. */
const STRIDE = 7;

/** The catalogue by main genre, the genres that were finished most first. */
export function genreRows(
  titles: readonly Title[],
  { watched, finished }: Knowledge,
  used: ReadonlySet<string>,
): readonly Row[] {
  const byGenre = new Map<string, Title[]>();
  for (const title of titles) {
    const [genre] = title.genres;
    byGenre.set(genre, [...(byGenre.get(genre) ?? []), title]);
  }
  const liked = (genre: string): number =>
    finished.filter(({ genres }) => genres[0] === genre).length;
  return [...byGenre]
    .sort(([a, ofA], [b, ofB]) => liked(b) - liked(a) || ofB.length - ofA.length)
    .slice(0, GENRES)
    .map(([genre, all]) => ({
      key: `genre ${genre}`,
      heading: genreName(genre),
      cards: mixed(all)
        .filter(({ id }) => !watched.has(id) && !used.has(id))
        .slice(0, ROW_LENGTH)
        .map((title) => ({ title })),
      isPersonal: false,
    }))
    .filter(({ cards }) => cards.length > 0);
}

function mixed(titles: readonly Title[]): readonly Title[] {
  const order = titles.map((title, i) => ({ title, key: (i * STRIDE) % titles.length }));
  return order.sort((a, b) => a.key - b.key).map(({ title }) => title);
}

export function genreName(genre: string): string {
  const words = genre.replace('-', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
