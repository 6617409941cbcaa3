import { cosineSimilarity } from '@omega-tv/embedding-codec';
import { createMiniLmCodec } from '@omega-tv/compression/node';
import type { EmbeddingCodec } from '@omega-tv/embedding-codec';
import { createRandom } from '@omega-tv/seeded-random';
import { markdownTable } from '../markdown-table.js';
import { SimulatedServer } from './simulate.js';
import { farSeeds, meanOf, patternsOf } from './tastes.js';

const DEVICES = [30, 100, 300, 1000];
/** The truth: the mean of so many devices of the taste, of whom none pushes. */
const POPULATION = 2000;
/** Of about 64 bytes a pattern, as TVs send them. */
const UPLOAD_STEP = 0.05;

/** How near the published pattern of a taste comes to the taste, as more devices push. */
export function tabulateConvergence(): string {
  const random = createRandom('convergence');
  const codec = createMiniLmCodec();
  const [seed] = farSeeds(1);
  if (seed === undefined) throw new Error('The catalogue has no dramas');
  const taste = meanOf(patternsOf(seed, POPULATION, random));
  const patterns = patternsOf(seed, Math.max(...DEVICES), random);
  const compact = patterns.map((pattern) => asUploaded(codec, pattern, random));
  const rows = DEVICES.map((devices) => {
    const [exact, coded] = [patterns, compact].map((all) =>
      cosineSimilarity(publishedOf(all.slice(0, devices)), taste),
    );
    return { devices, exact: exact ?? 0, coded: coded ?? 0 };
  });
  return markdownTable(
    ['devices', 'cosine to the taste, lossless uploads', 'compact uploads', 'what coding costs'],
    rows.map(({ devices, exact, coded }) => [
      String(devices),
      exact.toFixed(4),
      coded.toFixed(4),
      `${(100 * (1 - coded / exact)).toFixed(2)} %`,
    ]),
  );
}

/** What a server adds up of an upload. */
function asUploaded(
  codec: EmbeddingCodec,
  pattern: Float32Array,
  random: { next(): number },
): Float32Array {
  const { bytes } = codec.encode([pattern], {
    mode: 'upload',
    random,
    rate: { step: UPLOAD_STEP },
  });
  return codec.decode(bytes, { count: 1, unbiased: true })[0] ?? pattern;
}

function publishedOf(patterns: readonly Float32Array[]): Float32Array {
  const server = new SimulatedServer();
  patterns.forEach((embedding, i) => {
    server.push({ deviceId: `tv-${i}`, embedding, newSamples: 10 });
  });
  const [published] = server.publish();
  return published?.embedding ?? new Float32Array(384);
}
