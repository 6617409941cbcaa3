import { loadCatalogue } from '@omega-tv/catalogue';
import { encodeDeltaFrame } from '@omega-tv/compression';
import { createMiniLmCodec } from '@omega-tv/compression/node';
import type { EmbeddingCodec, EncodedVectors } from '@omega-tv/embedding-codec';
import { createRandom } from '@omega-tv/seeded-random';
import { FACTORS, type SyncDelta } from '@omega-tv/types';

/** Of about 64 bytes a pattern, as TVs send them. */
const STEP = 0.05;
const TIMESTAMP = '2026-11-22T10:00:00Z';

/**
 * How many patterns a push brings; or a title that was completed, with the viewer; or nothing at the place that
 * was decided last, to hear what is new.
 */
export type Contents = number | 'completion' | 'poll';

/** Titles that are completed: as many as a server learns, and as many as may wait. */
const TITLES = 4000;

/** Patterns of one message, coded once: many TVs send the same embeddings, each in a frame of its own. */
interface CodedPatterns {
  readonly patterns: SyncDelta['patterns'];
  readonly codec: EmbeddingCodec;
}

/** Makes frames of as many patterns as asked for, at little cost each. */
export class Messages {
  readonly #byCount = new Map<number, readonly CodedPatterns[]>();
  readonly #random = createRandom('completions');

  /** @param variants messages of each count. */
  constructor(counts: readonly number[], variants: number) {
    const codec = createMiniLmCodec();
    const titles = loadCatalogue();
    const random = createRandom('load');
    for (const count of counts) {
      const made = Array.from({ length: variants }, (): CodedPatterns => {
        const patterns = Array.from({ length: count }, (_, i) => {
          const title = titles[Math.floor(random.next() * titles.length)];
          return {
            id: `pattern-${i}`,
            embedding: title?.embedding ?? new Float32Array(384),
            successRate: 0.9,
            sampleCount: 12,
            newSamples: 12,
            genre: title?.genres[0] ?? 'drama',
          };
        });
        const vectors = patterns.map(({ embedding }) => embedding);
        const coded = codec.encode(vectors, { mode: 'upload', random, rate: { step: STEP } });
        return { patterns, codec: replaying(codec, coded) };
      });
      this.#byCount.set(count, made);
    }
  }

  /** The frame of one TV's next push. */
  frame(deviceId: string, seq: number, contents: Contents, deviceEpoch = 1): Uint8Array {
    const variants = typeof contents === 'number' ? (this.#byCount.get(contents) ?? []) : [];
    const coded = variants[(seq + deviceEpoch) % Math.max(1, variants.length)];
    const delta: SyncDelta = {
      deviceId,
      version: 1,
      timestamp: TIMESTAMP,
      position: { deviceEpoch, seq },
      capabilities: ['positions', 'batches', 'titles'],
      patterns: coded?.patterns ?? [],
      ...(contents === 'completion' ? this.#completion() : {}),
    };
    const rate = { budgetBytes: 16_384, step: STEP };
    return encodeDeltaFrame(coded?.codec ?? idle, delta, { rate, random: this.#random }).bytes;
  }

  #completion(): Pick<SyncDelta, 'engagements' | 'viewerFactors'> {
    const title = Math.floor(TITLES * this.#random.next());
    const coordinates = Array.from({ length: FACTORS }, () => 2 * this.#random.next() - 1);
    return {
      engagements: [{ contentId: `imdb:tt${1_000_000 + title}`, count: 1, completed: true }],
      viewerFactors: { generation: 0, historyClass: 1, coordinates },
    };
  }
}

const idle = createMiniLmCodec();

function replaying(codec: EmbeddingCodec, coded: EncodedVectors): EmbeddingCodec {
  return { ...codec, encode: () => coded };
}
