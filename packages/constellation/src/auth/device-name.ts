import { MAX_NAME_LENGTH } from '@omega-tv/types';

/** True for what a TV may be called: text without control characters, not empty and not too long. */
export function isDeviceName(name: unknown): name is string {
  if (typeof name !== 'string' || name.length > MAX_NAME_LENGTH) return false;
  return /^[^\p{Cc}\p{Cs}]+$/u.test(name);
}
