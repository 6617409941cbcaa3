import { writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { generate } from 'selfsigned';
import { beforeAll, expect, it } from '@jest/globals';
import { runReadmeExamples } from '@omega-tv/readme-examples';
import { onTestFinished, temporaryFolder } from '@omega-tv/test-support';
import { root } from './workspace.js';

const PROXY_VARIABLES = ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'NO_PROXY'];
let certificate: { readonly cert: string; readonly private: string };

beforeAll(async () => {
  certificate = await generate([{ name: 'commonName', value: 'localhost' }], {
    keyType: 'ec',
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] }],
  });
});

/** A server that is well, with a certificate that nobody knows. */
async function serveHealth(): Promise<Server> {
  const server = createServer({ cert: certificate.cert, key: certificate.private });
  server.on('request', (_, response: { end(body: string): void }) => {
    response.end('{"status":"ok"}');
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return server;
}

it('the examples of the recipes print what they say', async () => {
  const server = await serveHealth();
  const caFile = path.join(await temporaryFolder(), 'ca.pem');
  await writeFile(caFile, certificate.cert);
  const { port } = server.address() as AddressInfo;
  const direct = PROXY_VARIABLES.flatMap((name) => [name, name.toLowerCase()]);
  const runs = await runReadmeExamples(pathToFileURL(path.join(root, 'docs/RECIPES.md')), {
    ...Object.fromEntries(direct.map((name) => [name, ''])),
    CONSTELLATION_URL: `https://localhost:${port}`,
    CA_FILE: caFile,
  });
  expect(runs.map(({ printed }) => printed.length)).toEqual([2, 1, 0]);
});
