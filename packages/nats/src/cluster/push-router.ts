import { isSyncError } from '@omega-tv/types';
import type { Bus } from '../bus/bus.js';
import { askNode } from './ask-node.js';
import type { Leases } from './leases.js';
import type { Owner } from './owner.js';
import { toPushHeaders, type PushHead } from './push-message.js';
import { unavailable } from './unavailable.js';

export interface PushRouterOptions {
  readonly bus: Bus;
  /** This node. */
  readonly node: string;
  /** What it owns. */
  readonly owner: Owner;
  readonly leases: Leases;
}

/** Brings pushes to the owners of their partitions. */
export class PushRouter {
  readonly #options: PushRouterOptions;

  constructor(options: PushRouterOptions) {
    this.#options = options;
  }

  /**
   * Asks the owner; once more where it turns out to be another one.
   * @param owners node by partition, as they were seen last.
   * @throws SyncError what the owner throws; `http` 503 where nobody decides now.
   */
  async send(
    head: PushHead,
    body: Uint8Array,
    owners: ReadonlyMap<string, string>,
  ): Promise<Uint8Array> {
    const { partition } = head;
    const known = owners.get(partition);
    if (known === undefined) throw unavailable(`Nobody owns ${partition} now`);
    try {
      return await this.#ask(known, head, body);
    } catch (error) {
      if (!isSyncError(error, 'http') || error.details.status !== 503) throw error;
      const owner = await this.#options.leases.owner(partition).catch(() => known);
      if (owner === known || owner === undefined) throw error;
      return this.#ask(owner, head, body);
    }
  }

  #ask(to: string, head: PushHead, body: Uint8Array): Promise<Uint8Array> {
    const { bus, node, owner } = this.#options;
    if (to === node) return owner.decide(head, body);
    return askNode(bus, to, toPushHeaders(head), body);
  }
}
