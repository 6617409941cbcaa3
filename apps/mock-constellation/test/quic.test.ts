import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { generate } from 'selfsigned';
import { expect, it } from '@jest/globals';
import { createNodeV2Format } from '@omega-tv/compression/node';
import { ConstellationProtocol, PATHS } from '@omega-tv/protocol';
import { describeUnless, waitUntil } from '@omega-tv/test-support';
import { createQuicTransport, missingQuic } from '@omega-tv/transport-quic';
import { reportOf, run, startServer, temporaryFolder } from './server-process.js';

async function certificateIn(folder: string) {
  const altNames = [{ type: 2, value: 'localhost' } as const];
  const { cert, private: key } = await generate([{ name: 'commonName', value: 'localhost' }], {
    keyType: 'ec',
    extensions: [{ name: 'subjectAltName', altNames }],
  });
  const files = [path.join(folder, 'cert.pem'), path.join(folder, 'key.pem')] as const;
  await Promise.all([writeFile(files[0], cert), writeFile(files[1], key)]);
  return { cert, args: ['--tls-cert', files[0], '--tls-key', files[1]] };
}

describeUnless(await missingQuic(), 'a server with --quic-port', () => {
  it('answers over QUIC and counts that by transport (rule 15.1)', async () => {
    const folder = await temporaryFolder();
    const { cert, args } = await certificateIn(folder);
    const data = path.join(folder, 'data');
    const ports = ['--quic-port', '0', '--admin-port', '0'];
    const logs = ['--log-level', 'info', '--log-every', '1'];
    const server = await startServer(data, [...args, ...ports, ...logs]);
    expect(server.url).toMatch(/^https:/);
    await waitUntil(() => /QUIC: UDP port \d+/.test(server.said()));
    const [, admin = ''] = /operators: (\S+)/.exec(server.said()) ?? [];
    const [, port] = /QUIC: UDP port (\d+)/.exec(server.said()) ?? [];
    const baseUrl = 'https://localhost';
    const transport = await createQuicTransport({ baseUrl, port: Number(port), ca: cert });
    const protocol = new ConstellationProtocol({ transport, format: createNodeV2Format() });
    const embedding = new Float32Array(384).fill(0.05);
    const patterns = [{ id: 'p1', embedding, successRate: 0.9, sampleCount: 12, genre: 'drama' }];
    const timestamp = '2026-11-22T10:00:00Z';
    await protocol.sync({ deviceId: 'kitchen', patterns, version: 1, timestamp });
    const metrics = await (await fetch(`${admin}/metrics`)).text();
    expect(metrics).toContain('omega_transport_requests_total{transport="quic"} 1');
    expect(metrics).toContain('omega_syncs_total{protocol="v2"} 1');
    const refused = await transport.request({
      ...{ method: 'POST', path: PATHS.sync, headers: {}, body: new Uint8Array(20) },
      ...{ timeoutMs: 30_000, maxResponseBytes: 4096 },
    });
    expect(refused.status).toBe(400);
    const id = refused.headers['x-request-id']!;
    await waitUntil(() => server.said().includes(id));
    const logged = server
      .said()
      .split('\n')
      .filter((line) => line.includes('"transport":"quic"'))
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(logged).toEqual([
      expect.objectContaining({ msg: 'answered', status: 200, route: PATHS.sync }),
      expect.objectContaining({ msg: 'refused', status: 400, reqId: id, code: expect.any(String) }),
    ]);
    await transport.close();
    expect((await server.stop()).code).toBe(0);
    expect((await reportOf(data)).samplesAccepted).toBe(12);
  });
});

it('a server with --quic-port says what it needs beside it', async () => {
  const folder = await temporaryFolder();
  const data = ['--port', '0', '--data', path.join(folder, 'data')];
  const bare = await run([...data, '--quic-port', '0']);
  expect([bare.code, bare.stderr]).toEqual([2, expect.stringContaining('--tls-cert')]);
  const half = await run([...data, '--tls-cert', 'x.pem']);
  expect([half.code, half.stderr]).toEqual([2, expect.stringContaining('--tls-key')]);
  const none = await run([...data, '--tls-cert', 'none.pem', '--tls-key', 'none.pem']);
  expect([none.code, none.stderr]).toEqual([1, expect.stringContaining('none.pem')]);
});
