import path from 'node:path';
import { createAxiosTransport, type Transport } from '@omega-tv/protocol';
import { readReport } from '@omega-tv/constellation';
import { isSyncError } from '@omega-tv/types';
import { expect, it } from '@jest/globals';
import { itUnless } from '@omega-tv/test-support';
import { missingQuic } from '@omega-tv/transport-quic';
import { createMemoryPatternStore, sampleBooks } from '../src/index.js';
import { startChild, type Child } from './child.js';
import { createCertificate, quicTo } from './over-quic.js';
import { openClient, realPatterns, recording, temporaryFolder } from './support.js';

const PATTERNS = 24;
const FIRST_COUNT = 12;

interface Started {
  readonly server: Child;
  readonly transport: Transport;
}

async function startOnHttp(directory: string): Promise<Started> {
  const server = startChild('constellation-process.mjs', [directory, '0']);
  const baseUrl = await server.line((line) => line.startsWith('http'));
  return { server, transport: createAxiosTransport({ baseUrl }) };
}

/** A server that is reached over QUIC alone. */
async function startOnQuic(directory: string): Promise<Started> {
  const certificate = await createCertificate();
  const args = [directory, '0', JSON.stringify(certificate)];
  const server = startChild('constellation-process.mjs', args);
  const port = Number((await server.line((line) => line.startsWith('udp'))).split(' ')[1]);
  return { server, transport: await quicTo(port, certificate.cert) };
}

/** When the server is killed, counted from the start of the n-th push. */
const moments = [
  { push: 1, when: 'before it is sent' },
  { push: 1, when: 'as it is sent' },
  { push: 3, when: 'as it is sent' },
  { push: 2, when: 'after a turn of the event loop' },
  { push: 4, when: 'after a turn of the event loop' },
  { push: 3, when: 'when its answer arrived' },
  { push: 5, when: 'when its answer arrived, which is lost' },
] as const;

it('a server killed (-9) in mid-sync and started again has every sample once (rules 4.9, 5.1)', async () => {
  await killInMidSync(startOnHttp);
});

itUnless(
  await missingQuic(),
  'so has one that is reached over QUIC (rules 4.9, 5.1, 15.1)',
  async () => {
    await killInMidSync(startOnQuic);
  },
);

async function killInMidSync(start: (directory: string) => Promise<Started>): Promise<void> {
  const directory = path.join(await temporaryFolder(), 'server');
  const store = createMemoryPatternStore();
  for (const [round, { push, when }] of moments.entries()) {
    await store.skillStore(...realPatterns(PATTERNS, { sampleCount: FIRST_COUNT + 10 * round }));
    const first = await start(directory);
    let pushes = 0;
    const deadly = recording(first.transport, async (next, { method }) => {
      pushes += method === 'POST' ? 1 : 0;
      if (method !== 'POST' || pushes !== push) return next();
      if (when === 'before it is sent') await first.server.kill();
      const answer = next();
      if (when === 'as it is sent') first.server.process.kill('SIGKILL');
      if (when === 'after a turn of the event loop') {
        setImmediate(() => first.server.process.kill('SIGKILL'));
      }
      if (when.startsWith('when its answer arrived')) {
        await answer;
        await first.server.kill();
      }
      if (when.endsWith('lost')) throw new Error('the connection broke');
      return answer;
    });
    const dying = await openClient(deadly, { store });
    const outcome = await dying.syncStore().catch((error: unknown) => error);
    expect(isSyncError(outcome, 'http') || outcome instanceof Error).toBe(true);
    await first.server.kill();

    const second = await start(directory);
    const client = await openClient(second.transport, { store });
    await client.syncStore();
    await second.server.kill();
    const samples = PATTERNS * (FIRST_COUNT + 10 * round);
    const books = sampleBooks(await store.loadSyncState(), await store.skillList(1000, 'learned'));
    expect(books).toMatchObject({ acknowledged: samples, waiting: 0, deadLettered: 0 });
    expect(await readReport(directory)).toMatchObject({ samplesAccepted: samples, devices: 1 });
  }
}
