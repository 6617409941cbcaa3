import { loadCatalogue, type Title } from '@omega-tv/catalogue';
import type { WireFormat } from '@omega-tv/compression';
import { createNodeV1Format } from '@omega-tv/compression/node';
import { isSyncError } from '@omega-tv/types';
import { mean } from '../measure.js';
import { markdownTable } from '../markdown-table.js';

const MAX_PATTERNS = 5;
const TIMESTAMP = '2026-11-22T10:00:00.000Z';

type EncodedDelta = Awaited<ReturnType<WireFormat['encodeDelta']>>;

/** How devices and patterns are named, which is part of what a message takes. */
interface Names {
  readonly kind: string;
  readonly device: string;
  readonly pattern: (i: number) => string;
}

const NAMES: readonly Names[] = [
  { kind: 'short', device: 'tv-3f9a12bc0', pattern: (i) => `p${hex(i, 5)}` },
  {
    kind: 'UUID',
    device: '6f1d9a52-0c3b-4e77-9b1e-2a7c51d0e8f4',
    pattern: (i) =>
      `${hex(i, 8)}-${hex(i + 1, 4)}-4${hex(i + 2, 3)}-9${hex(i + 3, 3)}-${hex(i, 12)}`,
  },
];

/** How many real patterns fit into one v1 delta, and how near to exact they stay. */
export async function tabulateV1Sizes(): Promise<string> {
  const heldOut = loadCatalogue().filter((title) => title.heldOut);
  const format = createNodeV1Format();
  const rows: (readonly string[])[] = [];
  for (const names of NAMES) {
    for (let count = 1; count <= MAX_PATTERNS; count += 1) {
      rows.push([names.kind, String(count), ...(await cellsOf(format, heldOut, names, count))]);
    }
  }
  return markdownTable(
    ['ids', 'patterns', 'fit', 'bytes, mean (max)', 'exact', 'grid steps', 'cosine, mean (min)'],
    rows,
  );
}

async function cellsOf(
  format: WireFormat,
  titles: readonly Title[],
  names: Names,
  count: number,
): Promise<readonly string[]> {
  const bodies: EncodedDelta[] = [];
  let tried = 0;
  for (let start = 0; start + count <= titles.length; start += count) {
    tried += 1;
    const body = await encode(format, titles.slice(start, start + count), names, start);
    if (body !== undefined) bodies.push(body);
  }
  const fit = percent(bodies.length / tried);
  if (bodies.length === 0) return [fit, '', '', '', ''];
  const sizes = bodies.map(({ bytes }) => bytes.length);
  const steps = bodies.map(({ fidelity }) => fidelity.gridStep);
  const grids = steps.filter((step) => step !== null);
  return [
    fit,
    `${mean(sizes).toFixed(0)} (${Math.max(...sizes)})`,
    percent((steps.length - grids.length) / tried),
    [...new Set(grids)].sort((a, b) => a - b).join(', '),
    `${mean(bodies.map(({ fidelity }) => fidelity.meanCosine)).toFixed(5)} ` +
      `(${Math.min(...bodies.map(({ fidelity }) => fidelity.minCosine)).toFixed(5)})`,
  ];
}

async function encode(
  format: WireFormat,
  titles: readonly Title[],
  names: Names,
  start: number,
): Promise<EncodedDelta | undefined> {
  const patterns = titles.map(({ embedding, genres }, i) => ({
    id: names.pattern(start + i),
    embedding: unit(embedding),
    successRate: (70 + ((start + i) % 31)) / 100,
    sampleCount: 10 + ((7 * (start + i)) % 91),
    genre: genres[0],
  }));
  try {
    const delta = { deviceId: names.device, patterns, version: 12, timestamp: TIMESTAMP };
    return await format.encodeDelta(delta);
  } catch (error) {
    if (isSyncError(error, 'compression-limit')) return undefined;
    throw error;
  }
}

/** The catalogue keeps half floats; a TV's are full 32-bit ones, which compress less. */
function unit(embedding: Float32Array): Float32Array {
  const length = Math.hypot(...embedding);
  return embedding.map((value) => value / length);
}

/** Repeatable digits without a pattern that zstd would find (Knuth's multiplicative hash). */
function hex(i: number, digits: number): string {
  const word = (n: number): string =>
    (Math.imul(n + 1, 0x9e3779b1) >>> 0).toString(16).padStart(8, '0');
  return (word(i) + word(i + 977)).slice(0, digits);
}

function percent(share: number): string {
  return `${(100 * share).toFixed(0)} %`;
}
