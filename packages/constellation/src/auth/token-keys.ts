import { calculateJwkThumbprint, exportJWK, generateKeyPair } from 'jose';
import { SyncError } from '@omega-tv/types';

/** RFC 8037: EdDSA over Ed25519. */
export const TOKEN_ALGORITHM = 'EdDSA';

/** An Ed25519 key as JSON Web Key (RFC 7517, RFC 8037). */
export interface TokenKey {
  readonly kty: 'OKP';
  readonly crv: 'Ed25519';
  /** Names the key in the tokens that it signed. */
  readonly kid: string;
  /** The public half: 32 bytes in base64url. */
  readonly x: string;
  /** The secret half; a server that mints no tokens needs none. */
  readonly d?: string;
}

/** Keys of one key file, oldest first: any of them is taken, the last one signs. */
export type TokenKeys = readonly TokenKey[];

const MAX_KEYS = 64;
const KEY_32_BYTES = /^[\w-]{43}$/;
const KEY_ID = /^[\x21-\x7e]{1,128}$/;

/** Draws a key; its id is its thumbprint (RFC 7638). */
export async function createTokenKey(): Promise<TokenKey> {
  const { privateKey } = await generateKeyPair(TOKEN_ALGORITHM, { extractable: true });
  const { x = '', d = '' } = await exportJWK(privateKey);
  const key = { kty: 'OKP', crv: 'Ed25519', x } as const;
  return { ...key, kid: await calculateJwkThumbprint(key), d };
}

/**
 * Reads a key file: a JWK Set (RFC 7517 section 5) of Ed25519 keys.
 * @throws SyncError `invalid-config` for anything else; the message shows no key.
 */
export function parseTokenKeys(text: string): TokenKeys {
  const listed = readKeys(text);
  if (listed.length === 0) throw invalid('there is none');
  if (listed.length > MAX_KEYS) throw invalid(`there are more than ${MAX_KEYS}`);
  const keys = listed.map(toTokenKey);
  const ids = new Set(keys.map(({ kid }) => kid));
  if (ids.size < keys.length) throw invalid('two have the same kid');
  return keys;
}

/** The text of a key file. */
export function printTokenKeys(keys: TokenKeys): string {
  const set = keys.map((key) => ({ ...key, alg: TOKEN_ALGORITHM, use: 'sig' }));
  return `${JSON.stringify({ keys: set }, null, 2)}\n`;
}

function readKeys(text: string): readonly unknown[] {
  try {
    const { keys } = JSON.parse(text) as { keys?: unknown };
    if (Array.isArray(keys)) return keys;
  } catch {
    // Said below: what the parser says shows the text.
  }
  throw invalid('this is no JSON with a list of keys');
}

function toTokenKey(value: unknown, index: number): TokenKey {
  const { kty, crv, kid, x, d } = Object(value) as Partial<Record<string, unknown>>;
  const isKind = kty === 'OKP' && crv === 'Ed25519';
  if (!isKind || !matches(x, KEY_32_BYTES) || !matches(kid, KEY_ID)) {
    throw invalid(`keys[${index}] is no Ed25519 key with kty, crv, kid and x`);
  }
  if (d === undefined) return { kty, crv, kid, x };
  if (!matches(d, KEY_32_BYTES)) throw invalid(`keys[${index}] has a secret of another length`);
  return { kty, crv, kid, x, d };
}

function matches(value: unknown, pattern: RegExp): value is string {
  return typeof value === 'string' && pattern.test(value);
}

function invalid(what: string): SyncError<'invalid-config'> {
  const message = `The token keys cannot be used: ${what}; expected a JWK Set of Ed25519 keys`;
  return new SyncError('invalid-config', message, { field: 'keys' });
}
