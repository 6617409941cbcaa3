// Prints how many real patterns fit into one v1 delta, and how near to exact they stay.
// Run after a build: node packages/compression/bench/v1-sizes.mjs
import { loadCatalogue } from '@omega-tv/catalogue';
import { createNodeV1Format } from '@omega-tv/compression/node';
import { isSyncError } from '@omega-tv/types';

const MAX_PATTERNS = 5;
const heldOut = loadCatalogue().filter((title) => title.heldOut);
const format = createNodeV1Format();

const names = {
  short: { device: 'tv-3f9a12bc0', pattern: (i) => `p${hex(i, 5)}` },
  UUID: {
    device: '6f1d9a52-0c3b-4e77-9b1e-2a7c51d0e8f4',
    pattern: (i) =>
      `${hex(i, 8)}-${hex(i + 1, 4)}-4${hex(i + 2, 3)}-9${hex(i + 3, 3)}-${hex(i, 12)}`,
  },
};

console.log(
  '| ids | patterns | fit | bytes, mean (max) | exact | grid steps | cosine, mean (min) |',
);
console.log('|---|---|---|---|---|---|---|');
for (const [kind, ids] of Object.entries(names)) {
  for (let count = 1; count <= MAX_PATTERNS; count += 1) console.log(await row(kind, ids, count));
}

async function row(kind, ids, count) {
  const bodies = [];
  let tried = 0;
  for (let start = 0; start + count <= heldOut.length; start += count) {
    tried += 1;
    const body = await encode(ids, start, count);
    if (body !== undefined) bodies.push(body);
  }
  const fit = `${((100 * bodies.length) / tried).toFixed(0)} %`;
  if (bodies.length === 0) return `| ${kind} | ${count} | ${fit} | | | | |`;
  const sizes = bodies.map((body) => body.bytes.length);
  const steps = bodies.map((body) => body.fidelity.gridStep);
  const exact = `${((100 * steps.filter((step) => step === null).length) / tried).toFixed(0)} %`;
  const grid = [...new Set(steps.filter((step) => step !== null))].sort((a, b) => a - b).join(', ');
  const cosine =
    `${mean(bodies.map((body) => body.fidelity.meanCosine)).toFixed(5)} ` +
    `(${Math.min(...bodies.map((body) => body.fidelity.minCosine)).toFixed(5)})`;
  const bytes = `${mean(sizes).toFixed(0)} (${Math.max(...sizes)})`;
  return `| ${kind} | ${count} | ${fit} | ${bytes} | ${exact} | ${grid} | ${cosine} |`;
}

async function encode(ids, start, count) {
  const patterns = heldOut.slice(start, start + count).map((title, i) => ({
    id: ids.pattern(start + i),
    embedding: unit(title.embedding),
    successRate: (70 + ((start + i) % 31)) / 100,
    sampleCount: 10 + ((7 * (start + i)) % 91),
    genre: title.genres[0],
  }));
  try {
    const timestamp = '2026-11-22T10:00:00.000Z';
    return await format.encodeDelta({ deviceId: ids.device, patterns, version: 12, timestamp });
  } catch (error) {
    if (isSyncError(error, 'compression-limit')) return undefined;
    throw error;
  }
}

/** The catalogue keeps half floats; a TV's are full 32-bit ones, which compress less. */
function unit(embedding) {
  const length = Math.hypot(...embedding);
  return embedding.map((value) => value / length);
}

/** Repeatable digits without a pattern that zstd would find (Knuth's multiplicative hash). */
function hex(i, digits) {
  const word = (n) => (Math.imul(n + 1, 0x9e3779b1) >>> 0).toString(16).padStart(8, '0');
  return (word(i) + word(i + 977)).slice(0, digits);
}

function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
