import {
  decodeDeltaFrame,
  encodeDeltaFrame,
  roundViewerFactors,
  type Codecs,
} from '@omega-tv/compression';
import type { RandomSource, SyncDelta } from '@omega-tv/types';

const MAX_DELTA_BYTES = 512;
/** One delta of so many goes through a frame of its own. */
const DELTAS_PER_FRAME = 16;

/**
 * What a server gets of what TVs send. Of most deltas only the section is written and read in which
 * anything is rounded; whole frames of the others say what they cost.
 */
export class Wire {
  #sent = 0;
  #frames = 0;
  #bytes = 0;

  constructor(
    private readonly codecs: Codecs,
    private readonly random: RandomSource,
  ) {}

  /** Mean bytes of a delta's frame. */
  get meanBytes(): number {
    return this.#bytes / Math.max(1, this.#frames);
  }

  deliver(delta: SyncDelta): SyncDelta {
    this.#sent += 1;
    if (this.#sent % DELTAS_PER_FRAME !== 1) {
      const { viewerFactors } = delta;
      if (viewerFactors === undefined) return delta;
      return { ...delta, viewerFactors: roundViewerFactors(viewerFactors, this.random) };
    }
    const rate = { budgetBytes: MAX_DELTA_BYTES };
    const { bytes } = encodeDeltaFrame(this.codecs.first, delta, { rate, random: this.random });
    this.#frames += 1;
    this.#bytes += bytes.length;
    return decodeDeltaFrame(this.codecs, bytes, { findBase: () => undefined }).delta;
  }
}
