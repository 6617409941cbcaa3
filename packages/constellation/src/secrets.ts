import { createHmac, hash, randomBytes } from 'node:crypto';
import type { CohortKeys } from '@omega-tv/federation';

const KEY_BYTES = 32;
const TAG_BYTES = 16;

/** Keys from the machine's random source; tags are HMAC-SHA256, cut to 128 bits (RFC 2104). */
export function createCohortKeys(): CohortKeys {
  return {
    drawKey: () => randomBytes(KEY_BYTES).toString('base64url'),
    tagDevice: (key, deviceId) => {
      const tag = createHmac('sha256', Buffer.from(key, 'base64url')).update(deviceId).digest();
      return tag.subarray(0, TAG_BYTES).toString('base64url');
    },
  };
}

/** The key of a device's marks: of fixed length, whatever the device calls itself. */
export function toDeviceKey(deviceId: string): string {
  return hash('sha256', deviceId, 'base64url');
}

const DEVICE_ID_LENGTH = 22;

/** Under what a device is stored: no two of a planet's devices share so much of a SHA-256. */
export function deviceIdOf(deviceKey: string): string {
  return deviceKey.slice(0, DEVICE_ID_LENGTH);
}

/** The epoch of a store as receipts name it: 64 bits, as hexadecimal digits. */
export function toServerEpoch(epoch: string): string {
  return hash('sha256', epoch, 'hex').slice(0, 16);
}
