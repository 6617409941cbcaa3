import { cosineSimilarity } from '@omega-tv/embedding-codec';
import { SNAPSHOT_STEP } from '@omega-tv/compression';
import { createMiniLmCodec } from '@omega-tv/compression/node';
import type { EmbeddingCodec } from '@omega-tv/embedding-codec';
import { createRandom } from '@omega-tv/seeded-random';
import { markdownTable } from '../markdown-table.js';
import { SimulatedServer } from './simulate.js';
import { farSeeds, meanOf, patternsOf } from './tastes.js';

const VICTIMS = 60;
const HONEST = 200;

/** What somebody learns of one device from what is published. */
interface DifferenceRow {
  readonly attacker: string;
  readonly minDevices: number;
  /** Of the vector that was worked out to the victim's own, less the cosine of the published centre. */
  readonly gain: number;
  readonly cosine: number;
}

/**
 * Somebody who keeps all published versions takes two that follow one another, before and after the
 * victim pushed, and subtracts: n' c' - n c. With k = 1 that is the victim; with k devices a change the
 * mean of k.
 */
function measureDifferences(minDevices: number): DifferenceRow {
  const random = createRandom('differences');
  const [seed] = farSeeds(1);
  if (seed === undefined) throw new Error('The catalogue has no dramas');
  const patterns = patternsOf(seed, HONEST + VICTIMS, random);
  const server = new SimulatedServer({ minDevices, steadyCosine: 1 });
  const centre = meanOf(patterns);
  const push = (i: number): void => {
    const embedding = patterns[i] ?? centre;
    server.push({ deviceId: `tv-${i}`, embedding, newSamples: 10 });
  };
  for (let i = 0; i < HONEST; i += 1) push(i);
  const found: number[] = [];
  const blind: number[] = [];
  for (let i = HONEST; i < HONEST + VICTIMS; i += 1) {
    const [before] = server.publish();
    push(i);
    const [after] = server.publish();
    if (before === undefined || after === undefined || before === after) continue;
    const difference = after.embedding.map(
      (value, axis) =>
        value * after.sampleCount - (before.embedding[axis] ?? 0) * before.sampleCount,
    );
    found.push(cosineSimilarity(difference, patterns[i] ?? centre));
    blind.push(cosineSimilarity(after.embedding, patterns[i] ?? centre));
  }
  return toRow('two versions that follow one another', minDevices, found, blind);
}

/**
 * k - 1 accomplices know their own pushes: they close a cohort with one victim, and subtract themselves
 * from it. No threshold helps against those who are k - 1 of k themselves.
 */
function measureAccomplices(minDevices: number, codec?: EmbeddingCodec): DifferenceRow {
  const random = createRandom('accomplices');
  const [seed] = farSeeds(1);
  if (seed === undefined) throw new Error('The catalogue has no dramas');
  const victims = patternsOf(seed, VICTIMS, random);
  const centre = meanOf(victims);
  const found: number[] = [];
  const blind: number[] = [];
  for (const victim of victims) {
    const server = new SimulatedServer({ minDevices });
    for (let i = 1; i < minDevices; i += 1) {
      server.push({ deviceId: `accomplice-${i}`, embedding: centre, newSamples: 10 });
    }
    server.push({ deviceId: 'victim', embedding: victim, newSamples: 10 });
    const [published] = server.publish();
    if (published === undefined) continue;
    // The published direction lies in the plane of both; its length is the weight of the sum, unknown
    // to within the victim's own cosine to the centre, which the attacker tries.
    const mixed = codec === undefined ? published.embedding : asTold(published.embedding, codec);
    const candidates = Array.from({ length: 50 }, (_, step) => {
      const length = minDevices - step / 50;
      return mixed.map((value, axis) => value * length - (centre[axis] ?? 0) * (minDevices - 1));
    });
    found.push(Math.max(...candidates.map((candidate) => cosineSimilarity(candidate, victim))));
    blind.push(cosineSimilarity(centre, victim));
  }
  const how = codec === undefined ? 'exact floats' : 'as frames and v1 answers tell it';
  return toRow(`k - 1 accomplices of one victim, ${how}`, minDevices, found, blind);
}

/** What TVs get of a pattern. */
function asTold(embedding: Float32Array, codec: EmbeddingCodec): Float32Array {
  const options = { mode: 'download', rate: { step: SNAPSHOT_STEP } } as const;
  return codec.encode([embedding], options).decoded[0] ?? embedding;
}

function toRow(
  attacker: string,
  minDevices: number,
  found: readonly number[],
  blind: readonly number[],
): DifferenceRow {
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
  return { attacker, minDevices, cosine: mean(found), gain: mean(found) - mean(blind) };
}

export function tabulateDifferences(): string {
  const codec = createMiniLmCodec();
  const rows = [
    measureDifferences(1),
    measureDifferences(3),
    measureDifferences(10),
    measureAccomplices(3),
    measureAccomplices(10),
    measureAccomplices(3, codec),
    measureAccomplices(10, codec),
  ];
  return markdownTable(
    ['who', 'k', 'cosine to the victim', 'more than the published centre tells'],
    rows.map(({ attacker, minDevices, cosine: similarity, gain }) => [
      attacker,
      String(minDevices),
      similarity.toFixed(3),
      gain.toFixed(3),
    ]),
  );
}
