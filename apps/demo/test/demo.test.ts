import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import type { ConstellationReport } from '@omega-tv/constellation';
import { loadCatalogue } from '@omega-tv/catalogue';
import { itUnless, temporaryFolder } from '@omega-tv/test-support';
import { missingQuic } from '@omega-tv/transport-quic';
import type { TelevisionReport } from '@omega-tv/tv-agent';
import { playTransports, type TransportFigures } from '../src/scenes/transports.js';
import { booksBalance } from '../src/summary.js';
import { describeTransports } from '../src/transports-summary.js';

const missing = await missingQuic();
const COMMAND = fileURLToPath(new URL('../dist/main.js', import.meta.url));

describe('the books of the demo', () => {
  const television: TelevisionReport = {
    samplesLearned: 20,
    samplesAcknowledged: 12,
    samplesWaiting: 3,
    samplesWithheld: 4,
    samplesDeadLettered: 1,
    samplesDropped: 0,
    outboxItems: 1,
    outboxBytes: 2000,
    deadLetters: 1,
    version: 2,
  };
  const server: ConstellationReport = {
    devices: 1,
    deltasApplied: 1,
    duplicates: 0,
    refused: 0,
    samplesAccepted: 12,
    version: 2,
    epoch: 'e',
  };

  it('balance', () => {
    expect(booksBalance(new Map([['a', television]]), server)).toBe(true);
  });

  it('do not balance when a sample is missing on either side', () => {
    const short = new Map([['a', { ...television, samplesWithheld: 3 }]]);
    expect(booksBalance(short, server)).toBe(false);
    const televisions = new Map([['a', television]]);
    expect(booksBalance(televisions, { ...server, samplesAccepted: 13 })).toBe(false);
  });
});

describe('the transports', () => {
  it('are shown side by side', () => {
    const starts = [{ start: 'cold' as const, httpsMs: 310, quicMs: 207 }];
    const text = describeTransports({ roundTripMs: 100, starts });
    expect(text).toMatch(/100 ms there and back/);
    expect(text).toMatch(/nothing was kept .* 310 ms .* 207 ms .* 67 %/);
  });

  it('are not, where a machine has no QUIC: it says why', () => {
    const text = describeTransports({ missing: 'QUIC needs what is not here' });
    expect(text).toMatch(/QUIC\nNot played here\. QUIC needs what is not here\.$/);
  });

  itUnless(missing, 'are played with pushes that the server takes', async () => {
    const world = { catalogue: loadCatalogue(), seed: 1 };
    const outcome = await playTransports(world, () => undefined);
    const { starts } = outcome as TransportFigures;
    expect(starts.map(({ start }) => start)).toEqual(['cold', 'resumed', 'warm']);
    for (const { httpsMs, quicMs } of starts) {
      expect(httpsMs).toBeGreaterThan(90);
      expect(quicMs).toBeGreaterThan(90);
    }
  });
});

describe('Ctrl-C', () => {
  it('ends the demo and its server, and leaves no folder behind', async () => {
    const folder = await temporaryFolder();
    const child = spawn(process.execPath, [COMMAND], {
      env: { ...process.env, TMPDIR: folder },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stderr = '';
    const serverUp = new Promise<string>((resolve) => {
      child.stderr.on('data', (data: Buffer) => {
        stderr += data.toString();
        const url = /http:\/\/[\d.:]+/.exec(stderr)?.[0];
        if (url !== undefined) resolve(url);
      });
    });
    const closed = once(child, 'close');
    const stdout = text(child.stdout);
    const url = await serverUp;
    expect((await fetch(`${url}/api/v1/health`)).ok).toBe(true);
    // As npm does it: the terminal's signal, and npm's own right behind.
    child.kill('SIGINT');
    child.kill('SIGINT');
    const [code] = (await closed) as [number | null];
    expect([code, await stdout]).toEqual([130, '']);
    expect(stderr).toMatch(/\ninterrupted: the server was stopped, and nothing is left behind\n$/);
    expect(stderr).not.toMatch(/fail|\u001b/i);
    await expect(fetch(`${url}/api/v1/health`)).rejects.toThrow();
    expect(await readdir(folder)).toEqual([]);
  });
});
