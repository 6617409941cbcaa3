import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { generate } from 'selfsigned';
import { expect, it } from '@jest/globals';
import { describeUnless, temporaryFolder } from '@omega-tv/test-support';
import { serveGuarded } from './examples/guarded-server.js';
import { runExample } from './examples/run-example.js';
import { findNginx, freePort, startNginx } from './proxy/nginx.js';
import { root } from './workspace.js';

const nginx = findNginx();

/** The example's file with the ports of a test, and the folders of nginx in one that is removed. */
async function configuration(origin: string, port: number): Promise<string> {
  const file = await readFile(path.join(root, 'examples/nginx/nginx.conf'), 'utf8');
  const changed = file
    .replace('server 127.0.0.1:8787;', `server ${new URL(origin).host};`)
    .replace('listen 443 ssl;', `listen 127.0.0.1:${port} ssl;`)
    .replace('http {', 'http {\n  client_body_temp_path body;\n  proxy_temp_path proxied;');
  return `daemon off;\nmaster_process off;\n${changed.replace('worker_processes auto;\n', '')}`;
}

describeUnless('missing' in nginx ? nginx.missing : undefined, 'nginx with TLS', () => {
  it('a TV that trusts its certificate shares through it, with its token', async () => {
    const { constellation, url: origin, writeToken } = await serveGuarded();
    const folder = await temporaryFolder();
    const certificate = await generate([{ name: 'commonName', value: 'localhost' }], {
      keyType: 'ec',
      extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] }],
    });
    const ca = path.join(folder, 'tv.example.com.crt');
    await writeFile(ca, certificate.cert);
    await writeFile(path.join(folder, 'tv.example.com.key'), certificate.private);
    const port = await freePort();
    await writeFile(path.join(folder, 'nginx.conf'), await configuration(origin, port));
    await startNginx('path' in nginx ? nginx.path : '', folder, port);

    const env = {
      CONSTELLATION_URL: `https://localhost:${port}`,
      NODE_EXTRA_CA_CERTS: ca,
      TOKEN_FILE: await writeToken('kitchen'),
      DATA: path.join(folder, 'kitchen'),
      START_WITHIN_MS: '0',
    };
    const pushed = 'pushed 1, received 0';
    expect((await runExample('tv/tv.mjs', [], env, pushed)).lines).toContain(pushed);
    expect(constellation.report()).toMatchObject({ devices: 1, samplesAccepted: 12 });
  });
});
