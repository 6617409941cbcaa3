/** Signs and offsets that make the error of a quantiser independent of what it quantises. */
export interface Dither {
  /** Uniform over the four fine steps of the trellis's period: [0, 4). */
  readonly offsets: Float64Array;
  /** +1 or -1. */
  readonly signs: Float64Array;
}

const OFFSET_UNIT = 4 / 0x80000000;

/**
 * Draws the dither of one vector of a message.
 * @param seed the message's 32 bits; @param index the vector's place in it.
 */
export function drawDither(seed: number, index: number, dimension: number): Dither {
  const offsets = new Float64Array(dimension);
  const signs = new Float64Array(dimension);
  const next = createGenerator(seed, index);
  for (let i = 0; i < dimension; i += 1) {
    const word = next();
    offsets[i] = (word >>> 1) * OFFSET_UNIT;
    signs[i] = (word & 1) === 0 ? 1 : -1;
  }
  return { offsets, signs };
}

/** xoshiro128** (Blackman & Vigna 2018), seeded through MurmurHash3's finaliser. */
function createGenerator(seed: number, index: number): () => number {
  let [a, b, c, d] = [1, 2, 3, 4].map((lane) =>
    finalise(finalise(seed ^ Math.imul(lane, 0x9e3779b9)) ^ Math.imul(index + 1, 0x85ebca77)),
  ) as [number, number, number, number];
  return () => {
    const scrambled = Math.imul(b, 5);
    const word = Math.imul((scrambled << 7) | (scrambled >>> 25), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = (d << 11) | (d >>> 21);
    return word;
  };
}

function finalise(word: number): number {
  let hash = word;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
