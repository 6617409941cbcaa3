import { scaleLinear } from 'd3-scale';
import { line } from 'd3-shape';

export interface PlotLine {
  readonly name: string;
  readonly color: string;
  readonly isDashed?: boolean;
  /** Ascending by x. */
  readonly points: readonly (readonly [x: number, y: number])[];
}

export interface Plot {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly lines: readonly PlotLine[];
  /** Where something happened, by its x. */
  readonly marks?: readonly { readonly x: number; readonly text: string }[];
}

const [WIDTH, HEIGHT] = [760, 380];
const FRAME = { left: 76, right: 20, top: 76, bottom: 48 };
const LEGEND_WIDTH = 220;
const TICKS = 6;

/** Draws lines over one another, from 0. */
export function drawPlot({ title, xLabel, yLabel, lines, marks = [] }: Plot): string {
  const all = lines.flatMap(({ points }) => points);
  const xs = all.map(([x]) => x);
  const x = scaleLinear([least(xs), most(xs)], [FRAME.left, WIDTH - FRAME.right]);
  const top = most(all.map(([, y]) => y));
  const y = scaleLinear([0, top], [HEIGHT - FRAME.bottom, FRAME.top]).nice(TICKS);
  const path = line<readonly [number, number]>(
    (point) => round(x(point[0])),
    (point) => round(y(point[1])),
  );
  const body = [
    text(FRAME.left, 26, title, 'font-size="15" font-weight="600"'),
    text(FRAME.left - 60, FRAME.top - 10, yLabel, ''),
    text((FRAME.left + WIDTH) / 2, HEIGHT - 10, xLabel, 'text-anchor="middle"'),
    ...x
      .ticks(TICKS)
      .map((at) =>
        text(round(x(at)), HEIGHT - FRAME.bottom + 20, String(at), 'text-anchor="middle"'),
      ),
    ...y.ticks(TICKS).flatMap((at) => {
      const height = round(y(at));
      return [
        `<path d="M${FRAME.left},${height}H${WIDTH - FRAME.right}" stroke="#ddd"/>`,
        text(FRAME.left - 8, height + 4, y.tickFormat(TICKS, '~s')(at), 'text-anchor="end"'),
      ];
    }),
    ...marks.flatMap(({ x: at, text: says }) => [
      `<path d="M${round(x(at))},${FRAME.top}V${HEIGHT - FRAME.bottom}" stroke="#888" stroke-dasharray="2 3"/>`,
      text(round(x(at)) + 4, FRAME.top + 12, says, 'fill="#666"'),
    ]),
    ...lines.flatMap(({ name, color, isDashed = false, points }, i) => {
      const dashes = isDashed ? ' stroke-dasharray="6 4"' : '';
      const stroke = `fill="none" stroke="${color}" stroke-width="1.6"${dashes}`;
      const left = FRAME.left + i * LEGEND_WIDTH;
      return [
        `<path d="${path(points) ?? ''}" ${stroke}/>`,
        `<path d="M${left},44h24" ${stroke}/>`,
        text(left + 30, 48, name, ''),
      ];
    }),
  ];
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" ` +
    `font-family="sans-serif" font-size="12" fill="#222" role="img" aria-label="${escaped(title)}">\n` +
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>\n${body.join('\n')}\n</svg>\n`
  );
}

function text(x: number, y: number, says: string, more: string): string {
  return `<text x="${x}" y="${y}"${more === '' ? '' : ` ${more}`}>${escaped(says)}</text>`;
}

function escaped(says: string): string {
  return says.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function most(values: readonly number[]): number {
  return values.reduce((one, other) => Math.max(one, other), 0);
}

function least(values: readonly number[]): number {
  return values.reduce((one, other) => Math.min(one, other), Infinity);
}
