import type { BudgetTier } from '@omega-tv/compression';
import { isSyncError } from '@omega-tv/types';

/** What the host knows of its network just now. */
export interface NetworkHints {
  /** True where bytes are paid for. */
  readonly metered?: boolean;
  /** True where the viewer asked for little traffic. */
  readonly saveData?: boolean;
}

export interface BudgetOptions {
  /** Always this tier. Default: chosen by the network and by how exchanges went. */
  readonly tier?: BudgetTier;
  /** Asked before each exchange. */
  readonly network?: () => NetworkHints;
}

export interface ChosenTier {
  readonly tier: BudgetTier;
  /** For people. */
  readonly reason: string;
}

/** An exchange that took longer is a slow one. */
const SLOW_MS = 10_000;
/** How many exchanges are looked back on, and how many of them must have been in trouble. */
const RECENT = 5;
const TROUBLED = 2;

/** Chooses how much a TV may send in one message. */
export class TierChoice {
  #recent: readonly boolean[] = [];

  constructor(private readonly options: BudgetOptions = {}) {}

  choose(): ChosenTier {
    const { tier, network } = this.options;
    if (tier !== undefined) return { tier, reason: 'set by the host' };
    const { metered, saveData } = network?.() ?? {};
    if (saveData === true) return { tier: 'floor', reason: 'the viewer saves data' };
    if (metered === true) return { tier: 'floor', reason: 'the network is metered' };
    const troubled = this.#recent.filter(Boolean).length;
    if (troubled >= TROUBLED) {
      const reason = `${troubled} of the last ${this.#recent.length} exchanges were slow or timed out`;
      return { tier: 'floor', reason };
    }
    if (metered === false && this.#recent.length === RECENT && troubled === 0) {
      return { tier: 'ceiling', reason: 'the network is not metered and works well' };
    }
    return { tier: 'normal', reason: 'nothing speaks for more or less' };
  }

  /** An exchange succeeded. */
  succeeded(durationMs: number): void {
    this.#note(durationMs > SLOW_MS);
  }

  /** An exchange failed; only what says something of the network counts. */
  failed(error: unknown): void {
    if (!isSyncError(error, 'http')) return;
    const { reason } = error.details;
    if (reason === 'timeout' || reason === 'reset') this.#note(true);
  }

  #note(isTrouble: boolean): void {
    this.#recent = [...this.#recent, isTrouble].slice(-RECENT);
  }
}
