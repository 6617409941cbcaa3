import { toDeviceKey } from '../secrets.js';
import { forbidden } from './refusals.js';

/** Who pushes, as far as the server's door knows. */
export interface Caller {
  /** Whose token it showed; absent: the body alone says who pushes. */
  readonly deviceId?: string;
  /** False: what it pushes is marked and counted, and joins no cohort. */
  readonly contributes: boolean;
}

/** Where nobody asks. */
export const ANYBODY: Caller = { contributes: true };

/** @throws SyncError `http` with status 403 where a body speaks for another device. */
export function checkSpeaksFor(caller: Caller, deviceId: string): void {
  if (caller.deviceId === undefined || caller.deviceId === deviceId) return;
  throw forbidden('The body speaks for another device than the token; push each with its own');
}

/**
 * Under what a device is kept. Who shows no token where others do gets marks apart: under the name of
 * another device it can spoil nothing of that one's.
 */
export function deviceKeyOf(caller: Caller, deviceId: string): string {
  const isUnknown = !caller.contributes && caller.deviceId === undefined;
  // No token names a device with a line break.
  return toDeviceKey(isUnknown ? `without a token\n${deviceId}` : deviceId);
}

/** All keys that a device may be kept under. */
export function deviceKeysOf(deviceId: string): readonly string[] {
  return [ANYBODY, { contributes: false }].map((caller) => deviceKeyOf(caller, deviceId));
}
