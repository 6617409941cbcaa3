import { readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { createNodeV2Format } from '@omega-tv/compression/node';
import { bodyOf, push, run, startServer, temporaryFolder, type Report } from './server-process.js';

const frames = createNodeV2Format();

async function pushFrame(url: string, deviceId: string, token?: string): Promise<number> {
  const timestamp = '2026-11-22T10:00:00Z';
  const { bytes } = await frames.encodeDelta({ deviceId, patterns: [], version: 1, timestamp });
  const answer = await fetch(`${url}/api/v1/sync`, {
    method: 'POST',
    headers: {
      'content-type': frames.mediaType,
      accept: frames.accept,
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    body: Uint8Array.from(bytes),
  });
  return answer.status;
}

async function addKey(file: string, ...more: readonly string[]): Promise<void> {
  const { code, stdout, stderr } = await run(['keys', '--out', file, ...more]);
  expect([code, stdout]).toEqual([0, '']);
  expect(stderr).toMatch(/ has \d keys?; tokens are signed by \S+\n$/);
}

async function tokenOf(keys: string, deviceId: string): Promise<string> {
  const { code, stdout, stderr } = await run(['token', '--keys', keys, '--device-id', deviceId]);
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/);
  return stdout.trim();
}

describe('a server with keys', () => {
  it('lets in who has a token; keys are rotated while it runs (rule 13.4)', async () => {
    const folder = await temporaryFolder();
    const keys = path.join(folder, 'keys.json');
    await addKey(keys);
    expect((await stat(keys)).mode & 0o777).toBe(0o600);
    const old = await tokenOf(keys, 'tv-1');
    const server = await startServer(path.join(folder, 'data'), ['--keys', keys]);
    expect(await pushFrame(server.url, 'tv-1', old)).toBe(200);
    expect(await pushFrame(server.url, 'tv-1')).toBe(401);
    expect(await pushFrame(server.url, 'tv-2', old)).toBe(403);
    expect((await push(server.url, 'tv-1')).status).toBe(403);

    await addKey(keys);
    expect((await stat(keys)).mode & 0o777).toBe(0o600);
    const young = await tokenOf(keys, 'tv-1');
    // A server looks at its key file once a second.
    while ((await pushFrame(server.url, 'tv-1', young)) !== 200) await sleep(50);
    expect(await pushFrame(server.url, 'tv-1', old)).toBe(200);
    await addKey(keys, '--keep', '2');
    while ((await pushFrame(server.url, 'tv-1', old)) !== 401) await sleep(50);
    expect(await pushFrame(server.url, 'tv-1', young)).toBe(200);

    const { stderr } = await server.stop();
    expect(stderr).not.toContain('no --keys');
    expect(stderr).not.toContain(young);
  });

  it('takes v1 where it is allowed', async () => {
    const folder = await temporaryFolder();
    const keys = path.join(folder, 'keys.json');
    await addKey(keys);
    const options = ['--keys', keys, '--allow-v1', '--min-devices', '1', '--publish-every', '1'];
    const server = await startServer(path.join(folder, 'data'), options);
    expect((await push(server.url, 'tv-1')).status).toBe(200);
    expect((await server.stop()).code).toBe(0);
    const report = await run(['report', '--data', path.join(folder, 'data')]);
    expect(JSON.parse(report.stdout)).toMatchObject({ deltasApplied: 1, version: 0 });
  });

  it('says what is wrong with its key file', async () => {
    const folder = await temporaryFolder();
    const file = path.join(folder, 'keys.json');
    for (const [content, message] of [
      [undefined, 'is missing; the command keys makes one'],
      ['{}', 'no JSON with a list of keys'],
    ] as const) {
      if (content !== undefined) await writeFile(file, content);
      const ended = await run(['--port', '0', '--data', path.join(folder, 'd'), '--keys', file]);
      expect(ended).toMatchObject({ code: 1, stdout: '' });
      expect(ended.stderr).toMatch(/^error: the key file .*\n$/);
      expect(ended.stderr).toContain(message);
    }
  });
});

describe('a server without keys', () => {
  it.each(['0.0.0.0', '::', '192.0.2.1', 'tv.example.com'])(
    'does not listen on %s (rule 13.6)',
    async (host) => {
      const ended = await run(['--port', '0', '--data', await temporaryFolder(), '--host', host]);
      expect(ended).toMatchObject({ code: 2, stdout: '' });
      expect(ended.stderr).toMatch(/^error: --host \S+ without --keys would .*\n$/);
    },
  );
});

describe('the settings', () => {
  it('come from flags, then from the environment, and are printed without secrets', async () => {
    const folder = await temporaryFolder();
    const keys = path.join(folder, 'keys.json');
    await addKey(keys);
    const { code, stdout } = await run(['--print-config', '--min-devices', '4'], {
      OMEGA_TV_DATA: 'somewhere',
      OMEGA_TV_MIN_DEVICES: '7',
      OMEGA_TV_PORT: '1234',
      OMEGA_TV_KEYS: keys,
      OMEGA_TV_ALLOW_V1: 'false',
      OMEGA_TV_V1_ONLY: 'true',
      OMEGA_TV_LOG_LEVEL: 'info',
      OMEGA_TV_ALLOW_ORIGIN: 'https://a.example, https://b.example',
    });
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      ...{ data: 'somewhere', minDevices: 4, port: 1234, keys, allowV1: false, v1Only: true },
      ...{ logLevel: 'info', allowOrigin: ['https://a.example', 'https://b.example'] },
    });
    const { keys: held } = JSON.parse(await readFile(keys, 'utf8')) as { keys: { d: string }[] };
    expect(stdout).not.toContain(held[0]!.d);
  });

  it.each([
    [{ OMEGA_TV_PORT: 'soon' }, 'OMEGA_TV_PORT'],
    [{ OMEGA_TV_ALLOW_V1: 'maybe' }, 'OMEGA_TV_ALLOW_V1 is "maybe"; expected true or false'],
    [{ OMEGA_TV_LOG_LEVEL: 'loud' }, 'OMEGA_TV_LOG_LEVEL'],
  ])('are refused where they cannot be: %j', async (env, message) => {
    const { code, stdout, stderr } = await run(['--data', await temporaryFolder()], env);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^error: .*\n$/);
    expect(stderr).toContain(message);
  });
});

describe('--admin-port', () => {
  it('shows operators what the server does, on this machine', async () => {
    const server = await startServer(await temporaryFolder(), ['--admin-port', '0']);
    const line = await server.operators;
    const url = /^operators: (http:\/\/127\.0\.0\.1:\d+) /m.exec(line)?.[1] ?? '';
    expect((await push(server.url, 'tv-1')).status).toBe(200);
    const report = (await (await fetch(`${url}/report`)).json()) as Report;
    expect(report).toMatchObject({ devices: 1, deltasApplied: 1, samplesAccepted: 12 });
    expect(await (await fetch(`${url}/metrics`)).text()).toContain('omega_devices 1\n');
    for (const path of ['livez', 'readyz']) {
      expect((await fetch(`${url}/${path}`)).status).toBe(200);
    }
    const page = await fetch(url);
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(await page.text()).toContain('<title>Constellation</title>');
    expect((await fetch(`${server.url}/metrics`)).status).toBe(404);
    expect((await server.stop()).code).toBe(0);
  });

  it('asks for the token of --admin-token-file', async () => {
    const folder = await temporaryFolder();
    const file = path.join(folder, 'admin.token');
    await writeFile(file, 'a-token-of-operators\n');
    const args = ['--admin-port', '0', '--admin-token-file', file];
    const server = await startServer(path.join(folder, 'data'), args);
    const url = /^operators: (http:\/\/127\.0\.0\.1:\d+) /m.exec(await server.operators)?.[1] ?? '';
    expect((await fetch(`${url}/livez`)).status).toBe(200);
    expect((await fetch(`${url}/report`)).status).toBe(401);
    const headers = { authorization: 'Bearer a-token-of-operators' };
    expect((await fetch(`${url}/report`, { headers })).status).toBe(200);
    expect((await server.stop()).stderr).not.toContain('a-token-of-operators');
  });

  it('does not listen beyond this machine without a token (rule 13.33)', async () => {
    const args = ['--port', '0', '--data', await temporaryFolder(), '--admin-port', '0'];
    const open = await run([...args, '--admin-host', '0.0.0.0']);
    expect(open).toMatchObject({ code: 2, stdout: '' });
    expect(open.stderr).toMatch(/^error: --admin-host 0\.0\.0\.0 without --admin-token-file .*\n$/);
    const missing = await run([...args, '--admin-token-file', 'no-such-file']);
    expect(missing).toMatchObject({ code: 1, stdout: '' });
    expect(missing.stderr).toMatch(/^error: the admin token .*\n$/);
  });
});

it('--allow-origin lets pages of it sync', async () => {
  const origin = 'https://tv.example.com';
  const server = await startServer(await temporaryFolder(), ['--allow-origin', origin]);
  const answer = await fetch(`${server.url}/api/v1/sync`, {
    method: 'POST',
    headers: { origin, 'content-type': 'application/octet-stream' },
    body: await bodyOf('tv-1'),
  });
  expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([200, origin]);
  await server.stop();
});
