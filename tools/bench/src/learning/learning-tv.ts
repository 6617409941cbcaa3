import {
  sumsOver,
  tryScorings,
  viewerWithout,
  type TitleSpace,
  type TitleSpaces,
} from '@omega-tv/client';
import { sumFactors, type FactorSums } from '@omega-tv/federation';
import { heldTitles, type TitleHoldings } from '@omega-tv/compression';
import type { SyncDelta } from '@omega-tv/types';

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
    private readonly draw: () => number,
  ) {}

  watch(titles: readonly number[]): void {
    this.#completed.push(...titles);
    if (this.#sums === undefined || this.#space === undefined) return;
    const { titles: known } = this.#space;
    const factors = titles
      .map((title) => known.get(title)?.coordinates)
      .filter((coordinates) => coordinates !== undefined);
    this.#sums = sumFactors(factors, this.#sums);
  }

  /** The delta that reports a completion, with the viewer as it is without it. */
  report(title: number, contentId: string, timestamp: string): SyncDelta {
    const space = this.spaces.of(this.holdings.current);
    if (this.#space !== space || this.#sums === undefined) {
      this.#space = space;
      this.#sums = sumsOver(space, this.#completed);
    }
    const viewerFactors = viewerWithout(space, this.#sums, space.titles.get(title));
    const hits = tryScorings(space, this.#completed, title, this.draw);
    const held = heldTitles(this.holdings);
    return {
      deviceId: this.deviceId,
      patterns: [],
      version: 1,
      timestamp,
      position: { deviceEpoch: 1, seq: (this.#seq += 1) },
      engagements: [{ contentId, count: 1, completed: true }],
      ...(viewerFactors === undefined ? {} : { viewerFactors }),
      ...(held === undefined ? {} : { heldTitles: held }),
      ...(hits === undefined ? {} : { hits }),
    };
  }
}
