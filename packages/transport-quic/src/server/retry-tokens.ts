import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Address } from '../connection/driver.js';

const KEY_BYTES = 32;
const TIME_BYTES = 6;
const MAC_BYTES = 16;
const MAX_ID_BYTES = 20;

/**
 * Tokens that prove that a client receives what is sent to its address (RFC 9000 section 8.1.2). They
 * hold all that is to be remembered: instant, connection id that the client had chosen, and an HMAC of
 * both with the address and the id that the server chose. The key lives as long as the process.
 */
export class RetryTokens {
  readonly #key = randomBytes(KEY_BYTES);
  readonly #lifetimeMs: number;

  constructor(lifetimeMs: number) {
    this.#lifetimeMs = lifetimeMs;
  }

  /** @param nowMs of a clock that never jumps. */
  mint(
    from: Address,
    chosenByClient: Uint8Array,
    chosenByServer: Uint8Array,
    nowMs: number,
  ): Buffer {
    const time = Buffer.alloc(TIME_BYTES);
    time.writeUIntBE(Math.trunc(nowMs), 0, TIME_BYTES);
    const content = Buffer.concat([time, chosenByClient]);
    return Buffer.concat([this.#mac(content, from, chosenByServer), content]);
  }

  /** @returns the connection id that the client had chosen; undefined for a token that is not ours. */
  validate(
    token: Uint8Array,
    from: Address,
    chosenByServer: Uint8Array,
    nowMs: number,
  ): Uint8Array | undefined {
    const idBytes = token.length - MAC_BYTES - TIME_BYTES;
    if (idBytes < 0 || idBytes > MAX_ID_BYTES) return undefined;
    const content = Buffer.from(token.subarray(MAC_BYTES));
    const mac = this.#mac(content, from, chosenByServer);
    if (!timingSafeEqual(mac, token.subarray(0, MAC_BYTES))) return undefined;
    const ageMs = nowMs - content.readUIntBE(0, TIME_BYTES);
    return ageMs <= this.#lifetimeMs ? content.subarray(TIME_BYTES) : undefined;
  }

  #mac(content: Buffer, { host, port }: Address, chosenByServer: Uint8Array): Buffer {
    return createHmac('sha256', this.#key)
      .update(`${host} ${port} `)
      .update(chosenByServer)
      .update(content)
      .digest()
      .subarray(0, MAC_BYTES);
  }
}
