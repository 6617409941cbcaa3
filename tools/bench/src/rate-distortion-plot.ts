/** One way to send vectors: where it stands at each of its sizes. */
export interface PlotSeries {
  readonly name: string;
  readonly color: string;
  /** A curve; its points alone where it is a way with few settings. */
  readonly line: 'solid' | 'dashed' | 'none';
  readonly points: readonly { readonly bytes: number; readonly cosine: number }[];
  /** Which of the points carries the name, and on which side. */
  readonly label: { readonly at: number; readonly side: 'left' | 'right' };
}

const [WIDTH, HEIGHT] = [760, 500];
const FRAME = { left: 64, right: 24, top: 64, bottom: 56 };
const [FIRST_BYTES, LAST_BYTES] = [15, 560];
/** Losses of cosine at the foot and the top. */
const [WORST_LOSS, BEST_LOSS] = [0.25, 0.0006];
const BYTE_TICKS = [16, 32, 64, 128, 256, 512];
const COSINE_TICKS = [0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999];

/** Draws bytes a vector against cosine, both by logarithms: of the size and of what 1 lacks. */
export function drawRateDistortion(title: string, series: readonly PlotSeries[]): string {
  const body = [
    text(FRAME.left, 28, title, 'font-size="16" font-weight="600"'),
    ...BYTE_TICKS.flatMap((bytes) => [
      rule(x(bytes), FRAME.top, x(bytes), HEIGHT - FRAME.bottom),
      text(x(bytes), HEIGHT - FRAME.bottom + 20, String(bytes), 'text-anchor="middle"'),
    ]),
    ...COSINE_TICKS.flatMap((cosine) => [
      rule(FRAME.left, y(cosine), WIDTH - FRAME.right, y(cosine)),
      text(FRAME.left - 8, y(cosine) + 4, String(cosine), 'text-anchor="end"'),
    ]),
    text(x(96), HEIGHT - 12, 'bytes a vector', 'text-anchor="middle"'),
    text(FRAME.left - 48, FRAME.top - 14, 'mean cosine', ''),
    ...series.map(drawSeries),
  ];
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" ` +
    `font-family="sans-serif" font-size="13" fill="#222" role="img" aria-label="${title}">\n` +
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>\n${body.join('\n')}\n</svg>\n`
  );
}

function drawSeries({ name, color, line, points, label }: PlotSeries): string {
  const seen = points.filter(
    ({ bytes, cosine }) =>
      bytes >= FIRST_BYTES &&
      bytes <= LAST_BYTES &&
      1 - cosine <= WORST_LOSS &&
      1 - cosine >= BEST_LOSS,
  );
  const places = seen.map(({ bytes, cosine }) => [x(bytes), y(cosine)] as const);
  const [labelX, labelY] = places[label.at] ?? [0, 0];
  const parts = [
    line === 'none'
      ? ''
      : `<polyline fill="none" stroke="${color}" stroke-width="2"` +
        `${line === 'dashed' ? ' stroke-dasharray="6 4"' : ''} ` +
        `points="${places.map(([px, py]) => `${shown(px)},${shown(py)}`).join(' ')}"/>`,
    ...(line === 'dashed'
      ? []
      : places.map(
          ([px, py]) => `<circle cx="${shown(px)}" cy="${shown(py)}" r="3.5" fill="${color}"/>`,
        )),
    text(
      labelX + (label.side === 'left' ? -10 : 10),
      labelY + (label.side === 'left' ? -4 : 14),
      name,
      `fill="${color}"${label.side === 'left' ? ' text-anchor="end"' : ''}`,
    ),
  ];
  return parts.filter((part) => part !== '').join('\n');
}

function x(bytes: number): number {
  const share = Math.log(bytes / FIRST_BYTES) / Math.log(LAST_BYTES / FIRST_BYTES);
  return FRAME.left + share * (WIDTH - FRAME.left - FRAME.right);
}

function y(cosine: number): number {
  const share = Math.log((1 - cosine) / WORST_LOSS) / Math.log(BEST_LOSS / WORST_LOSS);
  return HEIGHT - FRAME.bottom - share * (HEIGHT - FRAME.top - FRAME.bottom);
}

function rule(x1: number, y1: number, x2: number, y2: number): string {
  const [a, b, c, d] = [x1, y1, x2, y2].map(shown);
  return `<line x1="${a}" y1="${b}" x2="${c}" y2="${d}" stroke="#ddd"/>`;
}

function text(atX: number, atY: number, content: string, attributes: string): string {
  return `<text x="${shown(atX)}" y="${shown(atY)}" ${attributes}>${content}</text>`;
}

/** A tenth of a unit: enough to see, and the same wherever it is drawn. */
function shown(value: number): string {
  return value.toFixed(1);
}
