import type { KvEntry } from '@nats-io/kv';
import type { Bus } from '../bus/bus.js';
import { isWrongSequence } from '../bus/wrong-sequence.js';

const MEMBER = 'node';
const LEASE = 'lease';

/** Who owns what, as far as it is known. */
export interface Holdings {
  /** Nodes that may own something. */
  readonly members: readonly string[];
  /** Node by what it owns. */
  readonly owners: ReadonlyMap<string, string>;
}

/** Leases that expire on NATS where their node does not renew them: no two clocks are compared. */
export class Leases {
  readonly #bus: Bus;
  readonly #node: string;
  /** Sequence of the message that says it. */
  #joined: number | undefined;
  readonly #revisions = new Map<string, number>();

  constructor(bus: Bus, node: string) {
    this.#bus = bus;
    this.#node = node;
  }

  /** Says that this node may own something. */
  async join(): Promise<void> {
    this.#joined = await this.#bus.leases.put(`${MEMBER}.${this.#node}`, '');
  }

  async leave(): Promise<void> {
    if (this.#joined === undefined) return;
    // A key that is deleted leaves a marker, which counts as a member until it expires.
    await this.#bus.jsm.streams.deleteMessage(`KV_${this.#bus.names.leases}`, this.#joined);
    this.#joined = undefined;
  }

  /** False where another node has it. */
  async acquire(name: string): Promise<boolean> {
    return this.#write(name, () => this.#bus.leases.create(`${LEASE}.${name}`, this.#node));
  }

  /** False where it was lost. */
  async renew(name: string): Promise<boolean> {
    const revision = this.#revisions.get(name);
    if (revision === undefined) return false;
    return this.#write(name, () =>
      this.#bus.leases.update(`${LEASE}.${name}`, this.#node, revision),
    );
  }

  /** Another node may have it at once. */
  async release(name: string): Promise<void> {
    const revision = this.#revisions.get(name);
    this.#revisions.delete(name);
    if (revision === undefined) return;
    await this.#bus.leases.delete(`${LEASE}.${name}`, { previousSeq: revision });
  }

  async owner(name: string): Promise<string | undefined> {
    const found = await this.#bus.leases.get(`${LEASE}.${name}`);
    return isHeld(found) ? found.string() : undefined;
  }

  async read(names: readonly string[]): Promise<Holdings> {
    const { jsm, leases, names: own } = this.#bus;
    const subjects_filter = `$KV.${own.leases}.${MEMBER}.*`;
    const [status, owners] = await Promise.all([
      jsm.streams.info(`KV_${own.leases}`, { subjects_filter }),
      Promise.all(names.map((name) => leases.get(`${LEASE}.${name}`))),
    ]);
    const members = Object.keys(status.state.subjects ?? {});
    return {
      members: members.map((subject) => subject.slice(subject.lastIndexOf('.') + 1)).sort(),
      owners: new Map(
        owners.flatMap((entry, i) => (isHeld(entry) ? [[names[i] ?? '', entry.string()]] : [])),
      ),
    };
  }

  async #write(name: string, write: () => Promise<number>): Promise<boolean> {
    try {
      this.#revisions.set(name, await write());
      return true;
    } catch (error) {
      if (!isWrongSequence(error)) throw error;
      return this.#adopt(name);
    }
  }

  /** A write that was not answered in time may have come all the same: then the lease is this node's. */
  async #adopt(name: string): Promise<boolean> {
    const found = await this.#bus.leases.get(`${LEASE}.${name}`);
    const isOwn = isHeld(found) && found.string() === this.#node;
    if (isOwn) this.#revisions.set(name, found.revision);
    else this.#revisions.delete(name);
    return isOwn;
  }
}

function isHeld(entry: KvEntry | null): entry is KvEntry {
  return entry?.operation === 'PUT';
}
