/** That QUIC did not get through, by the wall clock, in Unix milliseconds: it may have jumped since. */
export interface KeptBlock {
  readonly sinceMs: number;
  /** When QUIC is tried again. */
  readonly untilMs: number;
}

/** Where it is kept that QUIC does not get through here, so that a restart does not try it again at once. */
export interface BlockMemory {
  load(): KeptBlock | undefined | Promise<KeptBlock | undefined>;
  /** Replaces what was kept; `undefined` where QUIC got through. */
  save(block: KeptBlock | undefined): void | Promise<void>;
}

/** Lasts as long as the process. */
export function createBlockMemory(): BlockMemory {
  let kept: KeptBlock | undefined;
  return {
    load: () => kept,
    save: (block) => {
      kept = block;
    },
  };
}

/** False once its time is over, and where the clock stands before it: a try costs little. */
export function isInForce(block: KeptBlock | undefined, nowMs: number): boolean {
  return block !== undefined && nowMs >= block.sinceMs && nowMs < block.untilMs;
}
