import { cosineSimilarity } from '@omega-tv/embedding-codec';
import type { Title } from '@omega-tv/catalogue';

/** What a lying device pushes. */
interface Lie {
  readonly embedding: Float32Array;
  readonly newSamples: number;
}

/** A way to lie: what each of the liars pushes in a round. */
export interface Attack {
  readonly name: string;
  /** Rounds in which the liars push, beside those of honest devices. */
  readonly rounds: number;
  /** Before any honest device has pushed. */
  readonly isFirst?: boolean;
  readonly lie: (device: number, round: number, world: World) => Lie;
}

/** What liars know: where the honest taste lies, and where they want it. */
export interface World {
  readonly centre: Float32Array;
  readonly target: Float32Array;
  readonly titles: readonly Title[];
  readonly random: { next(): number };
}

const SAMPLES = 10;
const INFLATED = 1_000_000;
/** Just inside what joins a cluster. */
const EDGE_COSINE = 0.78;

export const ATTACKS: readonly Attack[] = [
  {
    name: 'random vectors',
    rounds: 1,
    lie: (_device, _round, { random }) => ({ embedding: randomUnit(random), newSamples: SAMPLES }),
  },
  {
    name: 'one far target',
    rounds: 1,
    lie: (_device, _round, { target }) => ({ embedding: target, newSamples: SAMPLES }),
  },
  {
    name: 'one far target, inflated counts',
    rounds: 1,
    lie: (_device, _round, { target }) => ({ embedding: target, newSamples: INFLATED }),
  },
  {
    name: 'at the edge of the taste, towards the target',
    rounds: 1,
    lie: (_device, _round, world) => ({ embedding: atEdge(world), newSamples: SAMPLES }),
  },
  {
    name: 'at the edge, the same ids 30 times',
    rounds: 30,
    lie: (_device, _round, world) => ({ embedding: atEdge(world), newSamples: SAMPLES }),
  },
  {
    name: 'eight junk clusters first',
    rounds: 8,
    isFirst: true,
    lie: (_device, round, { titles }) => ({
      embedding: titles[(round * 97) % titles.length]?.embedding ?? new Float32Array(),
      newSamples: SAMPLES,
    }),
  },
];

function randomUnit(random: { next(): number }): Float32Array {
  return toUnit(Float32Array.from({ length: 384 }, () => random.next() - random.next()));
}

/** On the way from the taste's centre to the target, as far as the gate lets through. */
function atEdge({ centre, target }: World): Float32Array {
  let [near, far] = [0, 1];
  for (let step = 0; step < 30; step += 1) {
    const share = (near + far) / 2;
    if (cosineSimilarity(mix(centre, target, share), centre) >= EDGE_COSINE) near = share;
    else far = share;
  }
  return toUnit(mix(centre, target, near));
}

function mix(a: Float32Array, b: Float32Array, share: number): Float32Array {
  return a.map((value, i) => value * (1 - share) + (b[i] ?? 0) * share);
}

export function toUnit(vector: Float32Array): Float32Array {
  const length = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
  return vector.map((value) => value / length);
}
