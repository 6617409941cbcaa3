import { randomUUID } from 'node:crypto';
import { SyncError } from '@omega-tv/types';
import pRetry from 'p-retry';
import type { Bus } from '../bus/bus.js';
import { Leases } from '../cluster/leases.js';

/** So many times in the life of a lease it is renewed. */
const RENEWALS = 4;
/** What was not answered in time may be a moment later; a lease that is lost is found out by its revision. */
const RENEW_AGAIN = { retries: 1, minTimeout: 100 };

/** All that there is to own in a cluster, held so that no server takes it. */
export class ClusterHold {
  readonly #leases: Leases;
  readonly #names: readonly string[];
  readonly #timer: ReturnType<typeof setInterval>;
  #renewing: Promise<void> = Promise.resolve();
  #isLost = false;

  private constructor(leases: Leases, names: readonly string[], leaseMs: number) {
    this.#leases = leases;
    this.#names = names;
    this.#timer = setInterval(() => {
      this.#renewing = this.#renewing.then(() => this.#renew());
    }, leaseMs / RENEWALS);
  }

  /** @throws SyncError `invalid-config` where a server runs, or ran until a moment ago. */
  static async take(bus: Bus, names: readonly string[]): Promise<ClusterHold> {
    const leases = new Leases(bus, `operation-${randomUUID()}`);
    const { members } = await leases.read([]);
    if (members.length > 0) throw isInUse(bus);
    const hold = new ClusterHold(leases, names, bus.leaseMs);
    for (const name of names) {
      if (await leases.acquire(name)) continue;
      await hold.release();
      throw isInUse(bus);
    }
    return hold;
  }

  /** Holds all of it for a lease more. @throws SyncError `http` where a server may own something by now. */
  async check(): Promise<void> {
    this.#renewing = this.#renewing.then(() => this.#renew());
    await this.#renewing;
    if (!this.#isLost) return;
    const message = 'NATS was not reached for too long, and nothing was changed; run it again';
    throw new SyncError('http', message, { reason: 'server-error' }, { retryable: true });
  }

  async release(): Promise<void> {
    clearInterval(this.#timer);
    await this.#renewing;
    for (const name of this.#names) await this.#leases.release(name).catch(() => undefined);
  }

  async #renew(): Promise<void> {
    for (const name of this.#names) {
      const isHeld = await pRetry(() => this.#leases.renew(name), RENEW_AGAIN).catch(() => false);
      this.#isLost ||= !isHeld;
    }
  }
}

function isInUse({ names, leaseMs }: Bus): SyncError<'invalid-config'> {
  const message = `Servers run on the cluster ${names.cluster}; stop all of them, and wait ${leaseMs} ms where one was killed`;
  return new SyncError('invalid-config', message, { field: 'cluster' });
}
