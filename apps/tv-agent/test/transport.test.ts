import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { generate } from 'selfsigned';
import { expect, it } from '@jest/globals';
import { createMiniLmCodec, createNodeV1Format } from '@omega-tv/compression/node';
import {
  Constellation,
  createMemoryConstellationStore,
  createServer,
} from '@omega-tv/constellation';
import { describeUnless, onTestFinished, temporaryFolder } from '@omega-tv/test-support';
import { missingQuic, startQuicServer } from '@omega-tv/transport-quic';
import type { TelevisionReport } from '../src/cli/report.js';
import { openBlockFile } from '../src/network/block-file.js';

const execute = promisify(execFile);
const COMMAND = fileURLToPath(new URL('../dist/main.js', import.meta.url));

/** A Constellation over HTTPS and QUIC, and the folder that holds its certificate. */
async function serve() {
  const folder = await temporaryFolder();
  const altNames = [{ type: 2, value: 'localhost' } as const];
  const made = await generate([{ name: 'commonName', value: 'localhost' }], {
    keyType: 'ec',
    extensions: [{ name: 'subjectAltName', altNames }],
  });
  const certificate = { cert: made.cert, key: made.private };
  const ca = path.join(folder, 'ca.pem');
  await writeFile(ca, made.cert);
  const constellation = await Constellation.open({
    store: createMemoryConstellationStore(),
    format: createNodeV1Format(),
    snapshots: { codecs: [createMiniLmCodec()] },
  });
  const https = createServer(constellation, { tls: certificate });
  const at = new URL(await https.listen({ host: '127.0.0.1', port: 0 }));
  const quic = await startQuicServer({ handler: https, certificate });
  onTestFinished(async () => {
    await quic.close();
    await https.close();
    await constellation.close();
  });
  return { folder, ca, constellation, quic, url: `https://localhost:${at.port}` };
}

async function runTv(
  server: Awaited<ReturnType<typeof serve>>,
  ...more: readonly string[]
): Promise<TelevisionReport> {
  const data = path.join(server.folder, 'tv');
  const env = { ...process.env, NODE_EXTRA_CA_CERTS: server.ca };
  const run = ['run', '--url', server.url, '--device-id', 'kitchen', '--data', data];
  const often = ['--syncs', '2', '--interval', '20', '--evenings', '10', '--seed', '4'];
  await execute(process.execPath, [COMMAND, ...run, ...often, ...more], { env });
  const { stdout } = await execute(process.execPath, [COMMAND, 'report', '--data', data], { env });
  return JSON.parse(stdout) as TelevisionReport;
}

const blockOf = (folder: string): string => path.join(folder, 'tv', 'quic-block.json');

describeUnless(await missingQuic(), 'a TV at a server with QUIC', () => {
  it.each(['quic', 'auto'])(
    'goes over QUIC with --transport %s (rule 15.12)',
    async (transport) => {
      const server = await serve();
      const port = String(server.quic.port);
      const { samplesAcknowledged } = await runTv(
        server,
        '--transport',
        transport,
        '--quic-port',
        port,
      );
      expect(samplesAcknowledged).toBeGreaterThan(0);
      expect(server.constellation.report().samplesAccepted).toBe(samplesAcknowledged);
      expect(server.quic.figures().established).toBe(1);
    },
  );

  it('goes over HTTPS where QUIC does not get through, and keeps that on the disk (rules 15.12, 15.13)', async () => {
    const server = await serve();
    const { port } = server.quic;
    await server.quic.close();
    const { samplesAcknowledged } = await runTv(
      server,
      '--transport',
      'auto',
      '--quic-port',
      String(port),
    );
    expect(samplesAcknowledged).toBeGreaterThan(0);
    expect(server.constellation.report().samplesAccepted).toBe(samplesAcknowledged);
    const block = await openBlockFile(blockOf(server.folder)).load();
    expect(block!.untilMs - block!.sinceMs).toBe(24 * 60 * 60 * 1000);
  });

  it('goes over HTTPS unless told otherwise', async () => {
    const server = await serve();
    const { samplesAcknowledged } = await runTv(server);
    expect(samplesAcknowledged).toBeGreaterThan(0);
    expect(server.quic.figures().receivedBytes).toBe(0);
  });
});

it('what is kept of a network outlives the process; a damaged file holds nothing (rule 15.13)', async () => {
  const file = path.join(await temporaryFolder(), 'block.json');
  const block = { sinceMs: 1, untilMs: 2 };
  await openBlockFile(file).save(block);
  expect(await openBlockFile(file).load()).toEqual(block);
  await openBlockFile(file).save(undefined);
  expect(await openBlockFile(file).load()).toBeUndefined();
  await writeFile(file, (await readFile(file, 'utf8')).slice(1));
  expect(await openBlockFile(file).load()).toBeUndefined();
});
