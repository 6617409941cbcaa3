import { importJWK, SignJWT } from 'jose';
import { SyncError, systemClock, type Clock } from '@omega-tv/types';
import { isDeviceName } from './device-name.js';
import { TOKEN_ALGORITHM, type TokenKeys } from './token-keys.js';

/** Who a token is for: one of other keys' users, or of another service, opens nothing here. */
export const TOKEN_AUDIENCE = 'omega-tv';

export interface DeviceTokenOptions {
  readonly keys: TokenKeys;
  readonly deviceId: string;
  /** Seconds until it is no longer taken. */
  readonly expiresInS: number;
  /** Default: the machine's. */
  readonly clock?: Clock;
}

/**
 * Signs a token for a device with the newest key: a JWT (RFC 7519) with sub, aud, iat and exp.
 * @throws SyncError `invalid-config` for a device that cannot be, a time that is no whole number of
 * at least 1, and keys without a secret.
 */
export async function mintDeviceToken(options: DeviceTokenOptions): Promise<string> {
  const { keys, deviceId, expiresInS, clock = systemClock } = options;
  if (!isDeviceName(deviceId)) {
    throw invalid('deviceId', 'The device id must be text without control characters');
  }
  if (!Number.isSafeInteger(expiresInS) || expiresInS < 1) {
    throw invalid('expiresInS', `expiresInS is ${expiresInS}; expected seconds, at least 1`);
  }
  const key = keys[keys.length - 1];
  if (key?.d === undefined)
    throw invalid('keys', 'There is no newest key with a secret to sign with');
  const nowS = Math.floor(clock.nowMs() / 1000);
  return new SignJWT()
    .setProtectedHeader({ alg: TOKEN_ALGORITHM, kid: key.kid })
    .setSubject(deviceId)
    .setAudience(TOKEN_AUDIENCE)
    .setIssuedAt(nowS)
    .setExpirationTime(nowS + expiresInS)
    .sign(await importJWK({ ...key, alg: TOKEN_ALGORITHM }));
}

function invalid(field: string, message: string): SyncError<'invalid-config'> {
  return new SyncError('invalid-config', message, { field });
}
