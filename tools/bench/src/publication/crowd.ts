import { drawTastes } from '@omega-tv/catalogue';
import { encodeDeltaFrame } from '@omega-tv/compression';
import type { EmbeddingCodec } from '@omega-tv/embedding-codec';
import { createRandom } from '@omega-tv/seeded-random';
import type { PushedPattern } from '@omega-tv/types';

/** Of a genre: as many clusters as it may have. */
export const TASTES = 8;
/** That bring each taste: two more than publish it. */
const DEVICES = 12;
/** What a device brings of each; together below what it may bring in a half-life. */
const SAMPLES = 10;
const STEP = 0.05;

/** Pushes of TVs that each like one of many genres, which gives every genre all its clusters. */
export class Crowd {
  readonly #codec: EmbeddingCodec;
  readonly #tastes: readonly (readonly Float32Array[])[];

  constructor(codec: EmbeddingCodec, genres: number) {
    this.#codec = codec;
    const random = createRandom('crowd');
    this.#tastes = Array.from({ length: genres }, () => drawTastes(TASTES, random));
  }

  /** One push each, of devices that never pushed before. */
  *pushes(round: number): Iterable<Uint8Array> {
    for (const [genre, tastes] of this.#tastes.entries()) {
      const random = createRandom('crowd', genre, round);
      const coded = this.#codec.encode(tastes, { mode: 'upload', random, rate: { step: STEP } });
      const patterns = tastes.map((embedding, i): PushedPattern => ({
        id: `taste-${i}`,
        genre: `genre-${genre}`,
        embedding,
        successRate: 0.9,
        sampleCount: SAMPLES,
        newSamples: SAMPLES,
      }));
      for (let device = 0; device < DEVICES; device += 1) {
        const delta = {
          deviceId: `tv-${round}-${genre}-${device}`,
          version: 0,
          timestamp: '2026-11-22T10:00:00Z',
          position: { deviceEpoch: 1, seq: 1 },
          capabilities: ['positions'] as const,
          patterns,
        };
        const rate = { budgetBytes: 16_384, step: STEP };
        yield encodeDeltaFrame({ ...this.#codec, encode: () => coded }, delta, { rate }).bytes;
      }
    }
  }
}
