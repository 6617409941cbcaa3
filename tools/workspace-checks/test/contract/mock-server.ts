import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { SyncClient } from '@omega-tv/client';
import { createNodeV2Format } from '@omega-tv/compression/node';
import { patternDataFromWire } from '@omega-tv/types';
import { patternsOf } from '../patterns.js';
import { root } from '../workspace.js';

const POLL_MS = 50;

export interface MockServer {
  readonly url: string;
  stop(): Promise<void>;
}

/** The command of this workspace, on a free port. */
export async function startMockServer(data: string): Promise<MockServer> {
  const args = ['run', '-s', 'mock-constellation', '--', '--port', '0', '--data', data];
  const options = ['--min-devices', '1', '--publish-every', '100'];
  const child = spawn('npm', [...args, ...options], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
    // A group of its own, so that stopping it stops the shell of npm's script as well.
    detached: true,
  });
  const ended = once(child, 'close');
  const line = await Promise.race([once(child.stdout, 'data'), ended]);
  const url = /^Constellation listening on (http:\S+)/.exec(String(line[0]))?.[1];
  if (url === undefined || child.pid === undefined) throw new Error('the server did not start');
  const group = -child.pid;
  return {
    url,
    stop: async () => {
      process.kill(group, 'SIGTERM');
      await ended;
    },
  };
}

/** Pushes one pattern after the other, until as many versions are published. */
export async function publishVersions(url: string, versions: number): Promise<void> {
  const tv = await SyncClient.create({ url, deviceId: 'tv-1', format: createNodeV2Format() });
  for (const pattern of patternsOf(versions)) {
    await tv.store.skillStore(patternDataFromWire(pattern));
    await tv.syncStore();
    while (!(await tv.needsSync())) await sleep(POLL_MS);
    await tv.syncStore();
  }
}
