import { errors, importJWK, jwtVerify, type CryptoKey } from 'jose';
import { checkPorts, systemClock, type Clock } from '@omega-tv/types';
import type { AuthenticatedDevice, Authenticator } from './authenticator.js';
import { isDeviceName } from './device-name.js';
import { TOKEN_AUDIENCE } from './mint-token.js';
import { unauthenticated } from './refusals.js';
import { TOKEN_ALGORITHM, type TokenKeys } from './token-keys.js';

/** Nothing longer is looked at: a name of 1,024 characters makes 6 KB of token. */
const MAX_TOKEN_LENGTH = 8192;
/** About 25 MB of tokens; a check that is not remembered costs an Ed25519 verification. */
const DEFAULT_MAX_CACHED = 65_536;

export interface TokenAuthenticatorOptions {
  readonly keys: TokenKeys;
  /** Tells when a token has expired. Default: the machine's. */
  readonly clock?: Clock;
  /** Verified tokens that are remembered. Default: 65,536. */
  readonly maxCached?: number;
}

interface VerifiedToken extends AuthenticatedDevice {
  readonly expiresAtMs: number;
}

/**
 * Lets devices in that show a token of `mintDeviceToken`, until it expires.
 * @example
 * ```ts
 * import { createTokenKey, mintDeviceToken, TokenAuthenticator } from '@omega-tv/constellation';
 *
 * const keys = [await createTokenKey()];
 * const token = await mintDeviceToken({ keys, deviceId: 'kitchen', expiresInS: 3600 });
 * const authenticator = new TokenAuthenticator({ keys }); // createServer(constellation, { authenticator })
 * console.log((await authenticator.authenticate(token)).deviceId); // => kitchen
 * ```
 */
export class TokenAuthenticator implements Authenticator {
  readonly #clock: Clock;
  readonly #maxCached: number;
  #keys: ReadonlyMap<string, Promise<CryptoKey | Uint8Array>> = new Map();
  /** What was verified, longest unused first. */
  #verified = new Map<string, VerifiedToken>();

  /** @throws SyncError `invalid-config` for a clock that cannot work. */
  constructor(options: TokenAuthenticatorOptions) {
    checkPorts(options);
    this.#clock = options.clock ?? systemClock;
    this.#maxCached = options.maxCached ?? DEFAULT_MAX_CACHED;
    this.replaceKeys(options.keys);
  }

  /** From now on the tokens of these keys are taken, and no others. */
  replaceKeys(keys: TokenKeys): void {
    this.#keys = new Map(
      keys.map(({ kty, crv, kid, x }) => {
        const imported = importJWK({ kty, crv, x, alg: TOKEN_ALGORITHM });
        // Who uses it finds out; one that nobody uses must not end the process.
        imported.catch(() => undefined);
        return [kid, imported] as const;
      }),
    );
    this.#verified = new Map();
  }

  async authenticate(token: string): Promise<AuthenticatedDevice> {
    const known = this.#verified.get(token);
    const found = known ?? (await this.#verify(token));
    if (this.#clock.nowMs() >= found.expiresAtMs) {
      this.#verified.delete(token);
      throw expired();
    }
    this.#remember(token, found);
    return { deviceId: found.deviceId };
  }

  async #verify(token: string): Promise<VerifiedToken> {
    if (token.length > MAX_TOKEN_LENGTH) throw notTaken();
    const keys = this.#keys;
    const { payload } = await jwtVerify(
      token,
      ({ kid = '' }) => {
        const key = keys.get(kid);
        if (key === undefined) throw new errors.JWKSNoMatchingKey();
        return key;
      },
      {
        algorithms: [TOKEN_ALGORITHM],
        audience: TOKEN_AUDIENCE,
        requiredClaims: ['sub', 'exp'],
        currentDate: new Date(this.#clock.nowMs()),
      },
    ).catch((error: unknown) => {
      if (error instanceof errors.JWTExpired) throw expired();
      // What is wrong in particular helps those who guess, and may show the token.
      if (error instanceof errors.JOSEError) throw notTaken();
      throw error;
    });
    // Its keys may have been taken away in the meantime.
    if (keys !== this.#keys || !isDeviceName(payload.sub)) throw notTaken();
    return { deviceId: payload.sub, expiresAtMs: 1000 * (payload.exp ?? 0) };
  }

  #remember(token: string, verified: VerifiedToken): void {
    this.#verified.delete(token);
    this.#verified.set(token, verified);
    if (this.#verified.size <= this.#maxCached) return;
    const [longestUnused] = this.#verified.keys();
    if (longestUnused !== undefined) this.#verified.delete(longestUnused);
  }
}

const expired = () => unauthenticated('The token has expired; get a new one');
const notTaken = () => unauthenticated('The token is not taken here; get another one');
