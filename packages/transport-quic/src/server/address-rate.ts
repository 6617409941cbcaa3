import { BlockList, isIPv6 } from 'node:net';

const MINUTE_MS = 60_000;
/** Addresses that are told apart at a time; then all begin anew. */
const MAX_TRACKED = 50_000;
/** An IPv6 network of one home. */
const NETWORK_GROUPS = 4;

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** Counts requests of one address (IPv6: one /64) a minute; those of this machine are not limited. */
export class AddressRate {
  readonly #perMinute: number;
  #counts = new Map<string, number>();
  #sinceMs = 0;

  constructor(perMinute: number) {
    this.#perMinute = perMinute;
  }

  /** Counts one more. @returns false where it is one too many. @param nowMs never jumps. */
  take(address: string, nowMs: number): boolean {
    if (this.#perMinute === Infinity) return true;
    if (loopback.check(address, isIPv6(address) ? 'ipv6' : 'ipv4')) return true;
    if (nowMs - this.#sinceMs >= MINUTE_MS || this.#counts.size >= MAX_TRACKED) {
      this.#counts = new Map();
      this.#sinceMs = nowMs;
    }
    const network = isIPv6(address)
      ? address.split(':').slice(0, NETWORK_GROUPS).join(':')
      : address;
    const count = (this.#counts.get(network) ?? 0) + 1;
    this.#counts.set(network, count);
    return count <= this.#perMinute;
  }
}
