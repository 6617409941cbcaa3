import type { PlacedPattern } from '../overview.js';
import { byId, element, showNumber } from './elements.js';

const SVG = 'http://www.w3.org/2000/svg';
const SIZE = 400;
const MARGIN = 16;
/** Genres beyond these share the last colour. */
const COLORS = 10;

/** Draws published patterns where they lie along two axes, a colour for each genre. */
export function drawMap(patterns: readonly PlacedPattern[]): void {
  const placed = patterns.flatMap((pattern) =>
    pattern.place === undefined ? [] : [{ pattern, place: pattern.place }],
  );
  const genres = [...new Set(patterns.map(({ genre }) => genre))].sort();
  const colorOf = (genre: string): string => `genre-${Math.min(genres.indexOf(genre), COLORS - 1)}`;
  const [toX, toY] = [0, 1].map((axis) => scaleOf(placed.map(({ place }) => place[axis] ?? 0)));
  const circles = placed.map(({ pattern, place: [x, y] }) => {
    const circle = document.createElementNS(SVG, 'circle');
    circle.setAttribute('cx', String(toX?.(x)));
    circle.setAttribute('cy', String(SIZE - (toY?.(y) ?? 0)));
    circle.setAttribute('r', String(Math.min(14, 3 + Math.log10(1 + pattern.samples))));
    circle.setAttribute('class', colorOf(pattern.genre));
    const title = document.createElementNS(SVG, 'title');
    title.textContent = `${pattern.id}: ${showNumber(pattern.samples)} samples, ${Math.round(100 * pattern.successRate)} % watched to the end`;
    circle.append(title);
    return circle;
  });
  byId('map').replaceChildren(...circles);
  byId('map').setAttribute(
    'aria-label',
    `Map of ${placed.length} published patterns of ${genres.length} genres`,
  );
  byId('genres').replaceChildren(
    ...genres.map((genre) => {
      const count = patterns.filter((pattern) => pattern.genre === genre).length;
      const item = element('li', `${genre} ${count}`);
      item.className = colorOf(genre);
      return item;
    }),
  );
}

/** From the values to within the map. */
function scaleOf(values: readonly number[]): (value: number) => number {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const room = SIZE - 2 * MARGIN;
  return (value) => (high > low ? MARGIN + ((value - low) / (high - low)) * room : SIZE / 2);
}
