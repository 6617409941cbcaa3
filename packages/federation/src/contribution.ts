import type { SyncDelta } from '@omega-tv/types';

/** What one device adds: new samples of one pattern. */
export interface Contribution {
  readonly deviceId: string;
  readonly genre: string;
  /** Where the pattern lies; brought to unit length before it is added. */
  readonly embedding: Float32Array;
  /** 0 to 1. */
  readonly successRate: number;
  /** Samples since the device's last accepted delta; zero contributes nothing. */
  readonly newSamples: number;
  /** Those of them that are learned, see `weighDevice`. Default: all. */
  readonly learnedSamples?: number;
  /** Unix ms by the server's clock. */
  readonly receivedAtMs: number;
  /** ISO 3166-1 alpha-2, where known. */
  readonly region?: string;
}

export interface ContributionOptions {
  /** ISO 3166-1 alpha-2, where known. */
  readonly region?: string;
  /** Samples of each pattern that are learned, from `weighDevice`. Default: all that are new. */
  readonly learned?: readonly number[];
}

/**
 * The contributions of a delta, from what `applyMarks` said of it.
 * @param increments new samples of each pattern, in the delta's order.
 * @example
 * ```ts
 * import { contributionsFromDelta } from '@omega-tv/federation';
 *
 * const embedding = new Float32Array(384).fill(0.05); // yours: MiniLM
 * const pattern = { id: 'evening', embedding, successRate: 0.9, sampleCount: 12, genre: 'drama' };
 * const delta = { deviceId: 'kitchen', patterns: [pattern] };
 * const [contribution] = contributionsFromDelta(delta, [3], Date.UTC(2026, 10, 22));
 * console.log(contribution.genre, contribution.newSamples); // => drama 3
 * ```
 */
export function contributionsFromDelta(
  delta: Pick<SyncDelta, 'deviceId' | 'patterns'>,
  increments: readonly number[],
  receivedAtMs: number,
  { region, learned }: ContributionOptions = {},
): readonly Contribution[] {
  return delta.patterns
    .map(({ genre, embedding, successRate }, i) => ({
      deviceId: delta.deviceId,
      genre,
      embedding,
      successRate,
      newSamples: increments[i] ?? 0,
      ...(learned === undefined ? {} : { learnedSamples: learned[i] ?? 0 }),
      receivedAtMs,
      ...(region === undefined ? {} : { region }),
    }))
    .filter(({ newSamples }) => newSamples > 0);
}
