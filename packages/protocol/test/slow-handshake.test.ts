import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import axios from 'axios';
import { expect, it } from '@jest/globals';
import { onTestFinished } from '@omega-tv/test-support';
import { protocolTo } from './support.js';

const script = fileURLToPath(new URL('busy-listener.mjs', import.meta.url));
/** What a queue of one holds on Linux. */
const QUEUED = 2;

/** A port whose handshakes wait until `release` is called; then they take a second. */
async function listenBusily(): Promise<{ port: number; release: () => void }> {
  const child = spawn(process.execPath, [script], { stdio: ['pipe', 'pipe', 'inherit'] });
  onTestFinished(() => child.kill('SIGKILL'));
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const port = Number(line.toString());
  for (let i = 0; i < QUEUED; i += 1) {
    const filler = connect(port, '127.0.0.1');
    filler.on('error', () => undefined);
    onTestFinished(() => filler.destroy());
    await once(filler, 'connect');
  }
  return { port, release: () => child.stdin.write('.') };
}

it('a name of two addresses is reached where a handshake takes a second (rule 3.11)', async () => {
  const { port, release } = await listenBusily();
  const addresses = [
    { address: '127.0.0.1', family: 4 as const },
    // Nothing listens there.
    { address: '::1', family: 6 as const },
  ];
  const instance = axios.create({
    proxy: false,
    lookup: (_host, _options, answer: (error: null, found: typeof addresses) => void) => {
      answer(null, addresses);
      setImmediate(release);
    },
  });
  const protocol = protocolTo(`http://tv.invalid:${port}`, { axios: instance });
  await expect(protocol.healthCheck()).resolves.toBeUndefined();
});
