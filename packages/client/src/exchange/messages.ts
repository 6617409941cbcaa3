import type { BudgetTier, EncodedDelta, Snapshot, TitleHoldings } from '@omega-tv/compression';
import type { OutboxItem } from '../engine/state.js';
import type { HeldSnapshot } from './held-snapshot.js';
import type { Link } from './link.js';
import { isRefusal } from './session.js';

/** A message, and what it was made from: it serves as long as that is the same. */
interface Message {
  readonly encoded: EncodedDelta;
  readonly base: Snapshot | undefined;
  readonly tier: BudgetTier | undefined;
  readonly holdings: TitleHoldings;
}

/** The messages of begun pushes: what was coded for fitting is what is sent. */
export class Messages {
  readonly #made = new WeakMap<OutboxItem, Message>();

  constructor(
    private readonly link: Link,
    private readonly held: HeldSnapshot,
  ) {}

  remember(item: OutboxItem, encoded: EncodedDelta): void {
    const { base, tier } = this.link.context();
    this.#made.set(item, { encoded, base, tier, holdings: this.held.holdings });
  }

  /** The message of a push as it would be made now; undefined where it has to be made. */
  of(item: OutboxItem): EncodedDelta | undefined {
    const { base, tier } = this.link.context();
    const message = this.#made.get(item);
    if (message === undefined) return undefined;
    const isSame = message.base === base && message.tier === tier;
    return isSame && message.holdings === this.held.holdings ? message.encoded : undefined;
  }

  /** Undefined where the push does not fit a message. */
  async encode(item: OutboxItem): Promise<EncodedDelta | undefined> {
    const known = this.of(item);
    if (known !== undefined) return known;
    try {
      const encoded = await this.link.format.encodeDelta(
        this.link.deltaOf(item),
        this.link.context(),
      );
      this.remember(item, encoded);
      return encoded;
    } catch (error) {
      if (isRefusal(error)) return undefined;
      throw error;
    }
  }
}
