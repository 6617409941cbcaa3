import {
  historyClass,
  LEARNING_MODEL,
  sumFactors,
  viewerFactors,
  withoutTitle,
  type FactorSums,
} from '@omega-tv/federation';
import { heldTitles, type TitleHoldings } from '@omega-tv/compression';
import type { SyncDelta } from '@omega-tv/types';
import { sumsOf, type TitleSpace, type TitleSpaces } from './title-space.js';

/** A TV of the fleet: what its viewer completed, and what it holds. */
export class LearningTv {
  holdings: TitleHoldings = {};
  readonly #completed: number[] = [];
  #space: TitleSpace | undefined;
  #sums: FactorSums | undefined;
  #seq = 0;

  constructor(
    private readonly deviceId: string,
    private readonly spaces: TitleSpaces,
  ) {}

  watch(titles: readonly number[]): void {
    this.#completed.push(...titles);
    const factors = titles.flatMap((title) => this.#space?.titles[title]?.coordinates ?? []);
    if (this.#sums !== undefined) this.#sums = sumFactors(factors, this.#sums);
  }

  /** The delta that reports a completion, with the viewer as it is without it. */
  report(title: number, contentId: string, timestamp: string): SyncDelta {
    const space = this.spaces.of(this.holdings.current);
    if (this.#space !== space || this.#sums === undefined) {
      this.#space = space;
      this.#sums = sumsOf(space, this.#completed);
    }
    const own = space.titles[title];
    const others = own === undefined ? this.#sums : withoutTitle(this.#sums, own.coordinates);
    const held = heldTitles(this.holdings);
    return {
      deviceId: this.deviceId,
      patterns: [],
      version: 1,
      timestamp,
      position: { deviceEpoch: 1, seq: (this.#seq += 1) },
      engagements: [{ contentId, count: 1, completed: true }],
      ...(others.count < LEARNING_MODEL.minHistory
        ? {}
        : {
            viewerFactors: {
              generation: space.generation,
              historyClass: historyClass(others.count),
              coordinates: viewerFactors(space, others),
            },
          }),
      ...(held === undefined ? {} : { heldTitles: held }),
    };
  }
}
