import {
  createTokenKey,
  mintDeviceToken,
  TokenAuthenticator,
  type TokenAuthenticatorOptions,
} from '../../src/index.js';
import { TestClock } from '../support.js';

/** A key, its authenticator, and tokens of it that last an hour. */
export async function createAuthority(options: Partial<TokenAuthenticatorOptions> = {}) {
  const clock = new TestClock();
  const keys = [await createTokenKey()];
  const authenticator = new TokenAuthenticator({ keys, clock, ...options });
  const mint = (deviceId: string, expiresInS = 3600): Promise<string> =>
    mintDeviceToken({ keys, deviceId, expiresInS, clock });
  return { clock, keys, authenticator, mint };
}

export function bearer(token: string): { readonly authorization: string } {
  return { authorization: `Bearer ${token}` };
}
