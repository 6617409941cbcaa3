import { drawTastes, loadCatalogue } from '@omega-tv/catalogue';
import { encodeDeltaFrame } from '@omega-tv/compression';
import { createMiniLmCodec } from '@omega-tv/compression/node';
import type { EmbeddingCodec, EncodedVectors } from '@omega-tv/embedding-codec';
import { createRandom } from '@omega-tv/seeded-random';
import { FACTORS, type SyncDelta } from '@omega-tv/types';

/** Of about 64 bytes a pattern, as TVs send them. */
const STEP = 0.05;
const TIMESTAMP = '2026-11-22T10:00:00Z';

/** The most patterns of a request. */
export const MOST_PATTERNS = 64;
/** The most clusters that a server publishes, by genre. */
const GENRES = 64;
const TASTES = 8;
/** TVs that bring each taste: two more than publish it. */
const TVS_OF_TASTE = 12;
/** Until TVs have brought all tastes. */
export const TASTE_PUSHES = (TVS_OF_TASTE * GENRES * TASTES) / MOST_PATTERNS;

/**
 * How many patterns a push brings; or the most, of tastes that fill a server's clusters when so many TVs have
 * brought them; or what costs a server most to learn: the most, each of a genre that nobody has seen before and
 * with one new sample; or a title that was completed, with the viewer; or nothing at the place that was decided
 * last, to hear what is new.
 */
export type Contents = number | 'tastes' | 'dearest' | 'completion' | 'poll';

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
  readonly #tastes: readonly CodedPatterns[];
  #tastesSent = 0;
  #genresSeen = 0;

  /** @param variants messages of each count. */
  constructor(counts: readonly number[], variants: number) {
    const codec = createMiniLmCodec();
    const titles = loadCatalogue();
    const random = createRandom('load');
    const code = (liked: readonly Liked[]): CodedPatterns => {
      const patterns = liked.map(({ genre, embedding }, i) => ({
        ...{ id: `pattern-${i}`, genre, embedding },
        ...{ successRate: 0.9, sampleCount: 12, newSamples: 12 },
      }));
      const vectors = patterns.map(({ embedding }) => embedding);
      const coded = codec.encode(vectors, { mode: 'upload', random, rate: { step: STEP } });
      return { patterns, codec: replaying(codec, coded) };
    };
    for (const count of counts) {
      const draw = (): Liked => {
        const title = titles[Math.floor(random.next() * titles.length)];
        const embedding = title?.embedding ?? new Float32Array(384);
        return { genre: title?.genres[0] ?? 'drama', embedding };
      };
      const made = Array.from({ length: variants }, () =>
        code(Array.from({ length: count }, draw)),
      );
      this.#byCount.set(count, made);
    }
    this.#tastes = inParts(likeEverything(), MOST_PATTERNS).map(code);
  }

  /** The frame of one TV's next push. */
  frame(deviceId: string, seq: number, contents: Contents, deviceEpoch = 1): Uint8Array {
    const coded = this.#coded(contents, seq + deviceEpoch);
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

  #coded(contents: Contents, turn: number): CodedPatterns | undefined {
    if (contents === 'tastes') {
      const part = Math.floor(this.#tastesSent / TVS_OF_TASTE);
      this.#tastesSent += 1;
      return this.#tastes[part % this.#tastes.length];
    }
    if (contents === 'dearest') {
      const { patterns = [], codec = idle } = this.#tastes[turn % this.#tastes.length] ?? {};
      const unseen = patterns.map((pattern) => {
        this.#genresSeen += 1;
        return { ...pattern, newSamples: 1, genre: `unseen-${this.#genresSeen}` };
      });
      return { patterns: unseen, codec };
    }
    const variants = typeof contents === 'number' ? (this.#byCount.get(contents) ?? []) : [];
    return variants[turn % Math.max(1, variants.length)];
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

/** Of a pattern. */
interface Liked {
  readonly genre: string;
  readonly embedding: Float32Array;
}

/** As many tastes as a server publishes, of the catalogue's genres and of others. */
function likeEverything(): readonly Liked[] {
  const random = createRandom('tastes');
  const genres = new Set(loadCatalogue().map(({ genres }) => genres[0]));
  for (let i = 0; genres.size < GENRES; i += 1) genres.add(`genre-${i}`);
  return [...genres].flatMap((genre) =>
    drawTastes(TASTES, random).map((embedding) => ({ genre, embedding })),
  );
}

function inParts<Item>(items: readonly Item[], size: number): readonly (readonly Item[])[] {
  const parts = Array.from({ length: Math.ceil(items.length / size) }, (_, i) => i * size);
  return parts.map((first) => items.slice(first, first + size));
}

function replaying(codec: EmbeddingCodec, coded: EncodedVectors): EmbeddingCodec {
  return { ...codec, encode: () => coded };
}
