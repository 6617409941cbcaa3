import type { CodecContext } from './codec-context.js';
import { cosineSimilarity } from './cosine.js';
import type { EncodedVectors } from './embedding-codec.js';
import { encodeMessage, type CodedMessage, type CodedVector } from './message-encoder.js';
import type { CodecMode } from './message-format.js';
import { prepareVector, type PreparedVector } from './prepare-vector.js';
import type { Choice } from './rate-control.js';
import { stepOfIndex } from './step-grid.js';

/**
 * Vectors of a message to be, each prepared when it is first coded. A vector is coded by what precedes it,
 * so of a message at the same step the first vectors are coded already: they are kept where it is to be
 * coded several times.
 */
export class PreparedVectors {
  private readonly prepared: PreparedVector[] = [];
  private readonly codedAt: Map<number, CodedVector[]> | undefined;

  constructor(
    private readonly context: CodecContext,
    private readonly vectors: readonly ArrayLike<number>[],
    private readonly references: readonly ArrayLike<number>[],
    readonly mode: CodecMode,
    isReused = false,
  ) {
    this.codedAt = isReused ? new Map() : undefined;
  }

  /** Vectors that are kept as they were coded, at all steps together. */
  get keptCount(): number {
    return [...(this.codedAt?.values() ?? [])].reduce((sum, coded) => sum + coded.length, 0);
  }

  get length(): number {
    return this.vectors.length;
  }

  /** @throws CodecError `invalid-vector`. */
  first(count: number): readonly PreparedVector[] {
    for (let i = this.prepared.length; i < count; i += 1) {
      const { context, references, mode } = this;
      this.prepared.push(prepareVector(context, this.vectors[i] ?? [], references, mode));
    }
    return this.prepared.slice(0, count);
  }

  /** Of the first ones, all or a choice. @param seed of the dither in upload mode, else 0. */
  encode(some: readonly PreparedVector[], stepIndex: number, seed: number): CodedMessage {
    const header = { mode: this.mode, stepIndex, seed };
    return encodeMessage(this.context, some, this.references, header);
  }

  /** Of the first ones, in download mode. */
  encodeFirst(count: number, stepIndex: number): CodedMessage {
    const coded = this.codedAt?.get(stepIndex) ?? [];
    this.codedAt?.set(stepIndex, coded);
    const header = { mode: this.mode, stepIndex, seed: 0 };
    return encodeMessage(this.context, this.first(count), this.references, header, coded);
  }

  cosines({ decoded }: CodedMessage): readonly number[] {
    return decoded.map((vector, i) => fidelityTo(this.vectors[i] ?? [], vector));
  }

  toResult([stepIndex, message]: Choice): EncodedVectors {
    const { mode } = this;
    const { bytes, decoded } = message;
    return { bytes, mode, step: stepOfIndex(stepIndex), decoded, cosines: this.cosines(message) };
  }
}

/** A vector without a direction has none to lose. */
function fidelityTo(exact: ArrayLike<number>, decoded: ArrayLike<number>): number {
  const hasDirection = Array.from(exact).some((value) => value !== 0);
  return hasDirection ? cosineSimilarity(exact, decoded) : 1;
}
