import { checkMethods, SyncError } from '@omega-tv/types';
import { httpError } from './network-errors.js';

/** What a TV shows to be let in: a bearer token (RFC 6750). */
export interface Credentials {
  /** Asked before each request. */
  token(): Promise<string>;
  /** Called once when the server answers 401; then the token is asked again. */
  refresh?(): Promise<unknown>;
}

/** Visible ASCII, as a header takes it. */
const TOKEN = /^[\x21-\x7e]+$/;
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
/** Shorter ones are no secrets, and would be found everywhere. */
const MIN_SECRET_LENGTH = 8;
/** What stands in an answer in place of a secret. */
const REDACTED = new TextEncoder().encode('[redacted]');

/** @throws SyncError `invalid-config` for what cannot be sent; the message shows no value. */
export function checkPrivateHeaders(
  headers: Readonly<Record<string, string>> = {},
  credentials?: Credentials,
): void {
  for (const [name, value] of Object.entries(headers)) {
    if (HEADER_NAME.test(name) && typeof value === 'string' && HEADER_VALUE.test(value)) continue;
    const message = `headers: ${JSON.stringify(name)} or its value cannot be sent; expected text without line breaks`;
    throw new SyncError('invalid-config', message, { field: 'headers' });
  }
  if (credentials !== undefined) checkMethods('credentials', credentials, ['token']);
}

/**
 * The header that lets a TV in.
 * @throws SyncError `http`, reason `credentials`, when there is no token. What the hook threw is not
 * kept, for it may hold the token.
 */
export async function authorisation(
  credentials: Credentials | undefined,
  where: string,
): Promise<Readonly<Record<string, string>>> {
  if (credentials === undefined) return {};
  const token = await askHook(() => credentials.token(), where);
  if (typeof token !== 'string' || !TOKEN.test(token)) throw httpError('credentials', where);
  return { Authorization: `Bearer ${token}` };
}

/** @throws SyncError as `authorisation`. */
export async function askHook<Result>(ask: () => Promise<Result>, where: string): Promise<Result> {
  try {
    return await ask();
  } catch {
    throw httpError('credentials', where);
  }
}

/** An answer without the secrets that a server or a proxy repeats in it: its text goes into logs. */
export function withoutSecrets(body: Uint8Array, secrets: readonly string[]): Uint8Array {
  let clean = body;
  for (const secret of secrets) {
    if (secret.length < MIN_SECRET_LENGTH) continue;
    clean = replaceBytes(clean, new TextEncoder().encode(secret), REDACTED);
  }
  return clean;
}

function replaceBytes(bytes: Uint8Array, from: Uint8Array, to: Uint8Array): Uint8Array {
  const replaced: number[] = [];
  for (let at = 0; at < bytes.length;) {
    const isThere = from.every((byte, i) => bytes[at + i] === byte);
    if (isThere) replaced.push(...to);
    else replaced.push(bytes[at] ?? 0);
    at += isThere ? from.length : 1;
  }
  return Uint8Array.from(replaced);
}
