import fc from 'fast-check';
import { importJWK, SignJWT, type JWTPayload } from 'jose';
import { describe, expect, it } from '@jest/globals';
import {
  createTokenKey,
  mintDeviceToken,
  parseTokenKeys,
  printTokenKeys,
  TokenAuthenticator,
  type TokenKey,
} from '../../src/index.js';
import { syncErrorOf, TestClock } from '../support.js';
import { createAuthority } from './support.js';

const refused = { code: 'http', details: { reason: 'client-error', status: 401 }, retryable: true };

/** Signs whatever the test wants. */
async function sign(key: TokenKey, payload: JWTPayload, header: object = {}): Promise<string> {
  return new SignJWT(payload)
    .setProtectedHeader({ alg: 'EdDSA', kid: key.kid, ...header })
    .sign(await importJWK({ ...key, alg: 'EdDSA' }));
}

describe('a device token', () => {
  it('names its device, again and again', async () => {
    const { authenticator, mint } = await createAuthority();
    for (const deviceId of ['tv-1', 'Fernseher im Wohnzimmer 📺', 'x'.repeat(1024)]) {
      const token = await mint(deviceId);
      expect(await authenticator.authenticate(token)).toEqual({ deviceId });
      expect(await authenticator.authenticate(token)).toEqual({ deviceId });
    }
  });

  it("expires to the second by the server's clock, remembered or not (rule 13.1)", async () => {
    const { authenticator, mint, clock, keys } = await createAuthority();
    const token = await mint('tv-1', 60);
    clock.timeMs += 59_999;
    expect(await authenticator.authenticate(token)).toEqual({ deviceId: 'tv-1' });
    clock.timeMs += 1;
    for (const one of [authenticator, new TokenAuthenticator({ keys, clock })]) {
      const error = await syncErrorOf(one.authenticate(token));
      expect(error).toMatchObject(refused);
      expect(error.message).toContain('expired');
    }
  });

  it('is taken from each key, minted by the newest, and gone with its key (rule 13.4)', async () => {
    const { authenticator, keys, clock, mint } = await createAuthority();
    const old = await mint('tv-1');
    await authenticator.authenticate(old);
    const rotated = [...keys, await createTokenKey()];
    const young = await mintDeviceToken({ keys: rotated, deviceId: 'tv-2', expiresInS: 60, clock });
    expect(await syncErrorOf(authenticator.authenticate(young))).toMatchObject(refused);
    authenticator.replaceKeys(rotated);
    expect(await authenticator.authenticate(old)).toEqual({ deviceId: 'tv-1' });
    expect(await authenticator.authenticate(young)).toEqual({ deviceId: 'tv-2' });
    authenticator.replaceKeys(rotated.slice(1));
    expect(await syncErrorOf(authenticator.authenticate(old))).toMatchObject(refused);
    expect(await authenticator.authenticate(young)).toEqual({ deviceId: 'tv-2' });
  });

  it('is remembered, the longest unused forgotten first (rule 13.4)', async () => {
    const { clock, keys, mint } = await createAuthority();
    const authenticator = new TokenAuthenticator({ keys, clock, maxCached: 2 });
    const [a, b, c] = await Promise.all(['a', 'b', 'c'].map((id) => mint(id)));
    /** What is not remembered is verified, which reads the clock once more. */
    const isVerified = async (token = ''): Promise<boolean> => {
      const before = clock.reads;
      await authenticator.authenticate(token);
      return clock.reads - before > 1;
    };
    expect([await isVerified(a), await isVerified(b)]).toEqual([true, true]);
    expect([await isVerified(a), await isVerified(c)]).toEqual([false, true]);
    expect([await isVerified(a), await isVerified(c), await isVerified(b)]).toEqual([
      false,
      false,
      true,
    ]);
  });

  it('lets nobody in that says anything else', async () => {
    const { authenticator, keys, clock } = await createAuthority();
    const [key] = keys as [TokenKey];
    const nowS = Math.floor(clock.nowMs() / 1000);
    const good = { sub: 'tv-1', aud: 'omega-tv', exp: nowS + 60 };
    expect(await authenticator.authenticate(await sign(key, good))).toEqual({ deviceId: 'tv-1' });
    const { d: _, ...publicKey } = key;
    const hmac = await new SignJWT(good)
      .setProtectedHeader({ alg: 'HS256', kid: key.kid })
      .sign(new TextEncoder().encode(JSON.stringify(publicKey)));
    const [, payload = ''] = (await sign(key, good)).split('.');
    const none = Buffer.from(JSON.stringify({ alg: 'none', kid: key.kid })).toString('base64url');
    for (const token of [
      await sign(key, { ...good, aud: 'another service' }),
      await sign(key, { sub: 'tv-1', exp: good.exp }),
      await sign(key, { sub: 'tv-1', aud: 'omega-tv' }),
      await sign(key, { aud: 'omega-tv', exp: good.exp }),
      await sign(key, { ...good, sub: '' }),
      await sign(key, { ...good, sub: 'a\nb' }),
      await sign(key, { ...good, sub: 'x'.repeat(1025) }),
      await sign(key, { ...good, nbf: nowS + 30 }),
      await sign(key, good, { kid: 'another' }),
      await sign(await createTokenKey(), good, { kid: key.kid }),
      hmac,
      `${none}.${payload}.`,
      'x'.repeat(100_000),
      '',
    ]) {
      expect([token, await syncErrorOf(authenticator.authenticate(token))]).toEqual([
        token,
        expect.objectContaining(refused),
      ]);
    }
  });

  it('is refused damaged, cut short or made up, and shown in no error', async () => {
    const { authenticator, mint } = await createAuthority();
    const token = await mint('tv-1');
    const damaged = fc.oneof(
      fc.string(),
      fc.nat(token.length - 1).map((end) => token.slice(0, end)),
      // The last character of 64 bytes in base64 has bits that say nothing.
      fc
        .tuple(fc.nat(token.length - 2), fc.constantFrom('A', 'b', '-', '.', '\u0000'))
        .map(([at, by]) => token.slice(0, at) + by + token.slice(at + 1)),
    );
    await fc.assert(
      fc.asyncProperty(damaged, async (text) => {
        if (text === token) return;
        const error = await syncErrorOf(authenticator.authenticate(text));
        expect(error).toMatchObject(refused);
        if (text.length > 8) expect(error.message).not.toContain(text);
      }),
      { numRuns: 300 },
    );
  });
});

describe('minting', () => {
  it.each([
    ['a name with a line break', { deviceId: 'a\nb' }, 'deviceId'],
    ['no name', { deviceId: '' }, 'deviceId'],
    ['no time', { expiresInS: 0 }, 'expiresInS'],
    ['half a second', { expiresInS: 0.5 }, 'expiresInS'],
    ['no key', { keys: [] }, 'keys'],
  ])('refuses %s', async (_, change, field) => {
    const keys = [await createTokenKey()];
    const good = { keys, deviceId: 'tv-1', expiresInS: 60, clock: new TestClock() };
    const error = await syncErrorOf(mintDeviceToken({ ...good, ...change }));
    expect(error).toMatchObject({ code: 'invalid-config', details: { field } });
  });
});

describe('a key file', () => {
  it('comes back as it was written; the public half is enough to let TVs in', async () => {
    const keys = [await createTokenKey(), await createTokenKey()];
    expect(parseTokenKeys(printTokenKeys(keys))).toEqual(keys);
    const publicKeys = parseTokenKeys(printTokenKeys(keys.map(({ d: _, ...key }) => key)));
    const token = await mintDeviceToken({ keys, deviceId: 'tv-1', expiresInS: 60 });
    const authenticator = new TokenAuthenticator({ keys: publicKeys });
    expect(await authenticator.authenticate(token)).toEqual({ deviceId: 'tv-1' });
    const minting = mintDeviceToken({ keys: publicKeys, deviceId: 'tv-1', expiresInS: 60 });
    expect(await syncErrorOf(minting)).toMatchObject({ details: { field: 'keys' } });
  });

  it('is refused with what is wrong, and shows no key', async () => {
    const key = await createTokenKey();
    const file = (...keys: readonly unknown[]): string => JSON.stringify({ keys });
    const { d = '' } = key;
    for (const [text, what] of [
      ['', 'no JSON'],
      ['null', 'no JSON'],
      [d, 'no JSON'],
      [JSON.stringify(key), 'no JSON with a list'],
      [file(), 'there is none'],
      [file(key, key), 'the same kid'],
      [file(...Array.from({ length: 65 }, (_, i) => ({ ...key, kid: `k${i}` }))), 'more than 64'],
      [file(key, null), 'keys[1]'],
      [file({ ...key, kty: 'RSA' }), 'keys[0]'],
      [file({ ...key, crv: 'X25519' }), 'keys[0]'],
      [file({ ...key, kid: '' }), 'keys[0]'],
      [file({ ...key, x: 'short' }), 'keys[0]'],
      [file({ ...key, d: `${d}A` }), 'keys[0] has a secret'],
    ] as const) {
      const error = await syncErrorOf(Promise.resolve(text).then(parseTokenKeys));
      expect(error).toMatchObject({ code: 'invalid-config', details: { field: 'keys' } });
      expect(error.message).toContain(what);
      expect(error.message).not.toContain(d);
    }
  });
});
