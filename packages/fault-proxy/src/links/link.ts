import type { RandomSource } from '@omega-tv/types';

/** What a network does to what passes. */
export interface LinkConditions {
  /** There and back. */
  readonly roundTripMs: number;
  /** Of packets, each way. */
  readonly lossRate: number;
  /** Each way; absent: as fast as the machine. */
  readonly bitsPerS?: number;
}

/** One way through a network: packets wait for their turn on the line, then for the distance. */
export class OneWay {
  readonly #conditions: LinkConditions;
  readonly #random: RandomSource;
  #freeAtMs = 0;
  #bytes = 0;

  constructor(conditions: LinkConditions, random: RandomSource) {
    this.#conditions = conditions;
    this.#random = random;
  }

  /** That were sent, lost ones and headers included. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Sends a packet.
   * @param fromMs not before this, on the clock of `performance.now`.
   * @returns when it arrives, or would have, and whether it is lost.
   */
  send(bytes: number, fromMs: number): { readonly atMs: number; readonly isLost: boolean } {
    const { roundTripMs, bitsPerS = Infinity } = this.#conditions;
    this.#bytes += bytes;
    this.#freeAtMs = Math.max(this.#freeAtMs, fromMs) + (8000 * bytes) / bitsPerS;
    return { atMs: this.#freeAtMs + roundTripMs / 2, isLost: this.loses() };
  }

  /** Of what is not told apart from the rest: that it was sent. */
  count(bytes: number): void {
    this.#bytes += bytes;
  }

  /** Draws whether the next packet is lost. */
  loses(): boolean {
    const { lossRate } = this.#conditions;
    return lossRate > 0 && this.#random.next() < lossRate;
  }
}
