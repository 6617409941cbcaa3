import type { Title } from '@omega-tv/catalogue';
import type { EmbeddingCodec } from '@omega-tv/embedding-codec';
import type { Clock } from '@omega-tv/types';
import type { ProtocolBytes } from './both-protocols.js';
import type { Network } from './network.js';
import type { ServerHandle } from './server/server-handle.js';

const DAY_MS = 24 * 60 * 60 * 1000;

/** Simulated time: it moves only when told to. */
export class SimulatedClock implements Clock {
  #nowMs: number;

  constructor(startMs: number) {
    this.#nowMs = startMs;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  advanceDay(): void {
    this.#nowMs += DAY_MS;
  }
}

/** What all scenes share. */
export interface World {
  readonly catalogue: readonly Title[];
  readonly clock: SimulatedClock;
  readonly server: ServerHandle;
  readonly network: Network;
  /** Where the stores lie. */
  readonly folder: string;
  readonly seed: number;
  /** One for all TVs: it holds a codebook, and nothing of theirs. */
  readonly codec: EmbeddingCodec;
  readonly bytes: ProtocolBytes;
}
