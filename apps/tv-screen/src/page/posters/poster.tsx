import type { Title } from '@omega-tv/catalogue/web';
import { genreName } from '../rows/genre-rows.js';
import { genreColor } from './genre-colors.js';

const WIDTH = 290;
const HEIGHT = 325;
const SHAPES = 5;

/** A poster drawn from what is known of a title: colours from its genres, shapes from its id. */
export function Poster({ title }: { readonly title: Title }) {
  const [main, other] = title.genres;
  const fill = other === undefined ? '#fff' : genreColor(other);
  return (
    <span class="poster" style={{ background: genreColor(main) }}>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} aria-hidden="true" focusable="false">
        {shapesOf(title.id).map(({ x, y, size, isRound }) =>
          isRound ? (
            <circle key={x} cx={x} cy={y} r={size} fill={fill} fill-opacity="0.55" />
          ) : (
            <path
              key={x}
              d={`M${x} ${y - size}l${size} ${2 * size}h${-2 * size}z`}
              fill={fill}
              fill-opacity="0.55"
            />
          ),
        )}
      </svg>
      <span class="poster-name">{title.title}</span>
      <span class="poster-facts">
        {title.year} · {genreName(main)}
      </span>
    </span>
  );
}

interface Shape {
  readonly x: number;
  readonly y: number;
  readonly size: number;
  readonly isRound: boolean;
}

/** Always the same for one title. */
function shapesOf(id: string): readonly Shape[] {
  let state = 7;
  const next = (below: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  for (const letter of id) state = Math.imul(state ^ letter.charCodeAt(0), 16_777_619) >>> 0;
  const isRound = next(2) === 0;
  return Array.from({ length: SHAPES }, () => ({
    x: next(WIDTH),
    y: next(HEIGHT),
    size: 20 + next(70),
    isRound,
  }));
}
