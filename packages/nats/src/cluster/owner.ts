import { isSyncError, type Logger } from '@omega-tv/types';
import { PUBLISHER, takeDuty, type Duty, type DutyOptions } from './duties.js';
import type { ForgetHead } from './forget-message.js';
import { partitionNames } from './layout.js';
import type { Holdings, Leases } from './leases.js';
import type { PushHead } from './push-message.js';
import { unavailable } from './unavailable.js';

export interface OwnerOptions extends DutyOptions {
  readonly node: string;
  readonly leases: Leases;
  /** Pushes of a partition that wait; further ones are refused before they are decoded. */
  readonly maxPending: number;
}

/** What could not be taken over so often in turn is tried again later. */
const FAILURES_ALLOWED = 2;
/** In ticks. */
const MAX_PAUSE = 64;

/** A duty that this node has the lease of. */
interface Held {
  /** Undefined while it is being taken over, or given away. */
  duty: Duty | undefined;
  pending: number;
  isLeaving: boolean;
  settled: Promise<void>;
}

/** What a node owns: it takes its share of what is free, and gives away what others lack. */
export class Owner {
  readonly #options: OwnerOptions;
  readonly #logger: Logger;
  readonly #held = new Map<string, Held>();
  readonly #changes = new Map<string, number>();
  /** In turn, since something was taken over last. */
  #failures = 0;
  /** Ticks that this node leaves what is free to others. */
  #pause = 0;
  /** The cluster was laid out anew: this node never owns anything again. */
  #isOutdated = false;

  constructor(options: OwnerOptions) {
    this.#options = options;
    this.#logger = options.logger;
  }

  /** What there is to own. */
  get names(): readonly string[] {
    return [...partitionNames(this.#options.layout), PUBLISHER];
  }

  /** What it does now. */
  get duties(): ReadonlyMap<string, Duty> {
    const open = [...this.#held].flatMap(([name, { duty }]) =>
      duty === undefined ? [] : [[name, duty] as const],
    );
    return new Map(open);
  }

  /** True while something is being taken over. */
  get isTaking(): boolean {
    return [...this.#held.values()].some(({ duty, isLeaving }) => duty === undefined && !isLeaving);
  }

  /** How often each was taken or lost here. */
  get leaseChanges(): ReadonlyMap<string, number> {
    return this.#changes;
  }

  /** Decides a push. @throws SyncError what the owner of its partition throws. */
  async decide({ partition, protocol, caller, options }: PushHead, body: Uint8Array) {
    const { duty, held } = this.#owned(partition);
    if (held.pending >= this.#options.maxPending) {
      throw unavailable('More TVs push than the owner can answer now; nothing was applied');
    }
    held.pending += 1;
    try {
      const { constellation } = duty;
      return await (protocol === 'v1'
        ? constellation.sync(body, caller)
        : constellation.syncFrame(body, { ...options, caller }));
    } finally {
      held.pending -= 1;
    }
  }

  /** Erases what is kept of a device; how many records that were. @throws SyncError as `decide`. */
  async forget({ partition, deviceId }: ForgetHead): Promise<number> {
    const { constellation } = this.#owned(partition).duty;
    const { length } = await constellation.recordsOf(deviceId);
    if (length > 0) await constellation.forget(deviceId);
    return length;
  }

  /** To be called several times in the life of a lease. @param seen is not much older. */
  async tick(seen: Holdings): Promise<void> {
    const { leases } = this.#options;
    for (const [name, held] of this.#held) {
      // What is being left is renewed as well: nobody is to take it over before it is saved.
      const isHeld = await leases.renew(name);
      if (held.isLeaving) continue;
      if (isHeld) held.duty?.run();
      else this.#drop(name, 'the lease was lost');
    }
    this.#pause = Math.max(0, this.#pause - 1);
    if (this.#isOutdated || this.#pause > 0) return;
    await leases.join();
    await this.#balance(seen);
  }

  /** Gives all away. */
  async close(): Promise<void> {
    for (const name of this.#held.keys()) this.#giveAway(name);
    await Promise.all([...this.#held.values()].map(({ settled }) => settled));
    await this.#options.leases.leave().catch(() => undefined);
  }

  #owned(partition: string): { readonly held: Held; readonly duty: Duty } {
    const held = this.#held.get(partition);
    if (held?.duty === undefined) throw unavailable(`This node does not own ${partition}`);
    return { held, duty: held.duty };
  }

  async #balance({ members, owners }: Holdings): Promise<void> {
    const { node, leases } = this.#options;
    const share = Math.ceil(this.names.length / Math.max(1, new Set([...members, node]).size));
    for (const name of this.names) {
      if (this.#held.size >= share) break;
      if (owners.has(name) || this.#held.has(name)) continue;
      if (await leases.acquire(name)) this.#take(name);
    }
    const counts = members
      .filter((member) => member !== node)
      .map((member) => [...owners.values()].filter((owner) => owner === member).length);
    const held = [...this.#held].filter(([, { isLeaving }]) => !isLeaving);
    const isUneven = owners.size === this.names.length && Math.min(...counts) + 1 < held.length;
    const last = held.at(-1)?.[0];
    if (isUneven && last !== undefined && !this.isTaking) this.#giveAway(last);
  }

  #take(name: string): void {
    this.#count(name);
    const held: Held = {
      ...{ duty: undefined, pending: 0, isLeaving: false, settled: Promise.resolve() },
    };
    this.#held.set(name, held);
    const onTakenOver = (): void => {
      if (this.#held.get(name) === held) this.#drop(name, 'another node has taken over');
    };
    held.settled = takeDuty(name, this.#options, onTakenOver)
      .then(async (duty) => {
        this.#failures = 0;
        if (held.isLeaving) await duty.close();
        else held.duty = duty;
      })
      .catch(async (cause: unknown) => {
        this.#logger.warn({ err: cause, partition: name }, 'it could not be taken over');
        if (this.#held.get(name) === held) this.#drop(name, 'it could not be taken over');
        await this.#standBack(cause);
      });
  }

  /** Who cannot take what it should is no member for a while, so that others take its share. */
  async #standBack(cause: unknown): Promise<void> {
    this.#failures += 1;
    this.#isOutdated ||= isOutdated(cause);
    if (!this.#isOutdated && this.#failures <= FAILURES_ALLOWED) return;
    this.#pause = Math.min(2 ** (this.#failures - FAILURES_ALLOWED), MAX_PAUSE);
    await this.#options.leases.leave().catch(() => undefined);
  }

  /** Another node may have it already, so nothing of it is used any more. */
  #drop(name: string, reason: string): void {
    this.#logger.info({ partition: name, reason }, 'no longer owned');
    this.#leave(name);
  }

  #giveAway(name: string): void {
    this.#leave(name);
  }

  /** Closes a duty, then lets the lease go, so that the next owner finds all of it saved. */
  #leave(name: string): void {
    const held = this.#held.get(name);
    if (held === undefined || held.isLeaving) return;
    this.#count(name);
    held.isLeaving = true;
    const { duty, settled } = held;
    held.duty = undefined;
    held.settled = settled
      .then(() => duty?.close())
      .then(() => this.#options.leases.release(name))
      .catch((cause: unknown) => {
        this.#logger.warn({ err: cause, partition: name }, 'it was not closed in order');
      })
      .finally(() => {
        this.#held.delete(name);
      });
  }

  #count(name: string): void {
    this.#changes.set(name, (this.#changes.get(name) ?? 0) + 1);
  }
}

/** True where the cluster was laid out anew; an owner that has come meanwhile is another matter. */
function isOutdated(cause: unknown): boolean {
  return isSyncError(cause, 'version-conflict') && !cause.retryable;
}
