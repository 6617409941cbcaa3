import { spawn } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import path from 'node:path';
import { CommandError } from '@omega-tv/command-line';
import { QUIET, runAsUser, userEnv } from './npm.js';

/** The last release line for Node 20; of node-fetch it asks for a tag that not each registry has. */
const VERDACCIO = {
  private: true,
  dependencies: { verdaccio: '6.2.4' },
  overrides: { 'node-fetch': '2.7.0' },
};

/** A registry on the loopback. */
export interface Registry {
  readonly url: string;
  close(): void;
}

/** Installs verdaccio into a folder: it is large, and nothing else here needs it. */
export async function installVerdaccio(folder: string, signal: AbortSignal): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, 'package.json'), JSON.stringify(VERDACCIO));
  await runAsUser(folder, 'npm', ['install', '--ignore-scripts', ...QUIET], signal);
}

/**
 * Starts verdaccio: it keeps our packages, and asks npm's registry for all others.
 * @param installed the folder that has verdaccio in its node_modules
 */
export async function startRegistry(
  installed: string,
  folder: string,
  signal: AbortSignal,
): Promise<Registry> {
  const upstream = (await runAsUser(folder, 'npm', ['config', 'get', 'registry'], signal)).trim();
  const config = path.join(folder, 'verdaccio.yaml');
  await writeFile(config, configuration(folder, upstream));
  const port = await freePort();
  const main = path.join(installed, 'node_modules/verdaccio/bin/verdaccio');
  const args = [main, '--config', config, '--listen', `127.0.0.1:${port}`];
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: userEnv,
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const close = (): void => void child.kill('SIGTERM');
  signal.addEventListener('abort', close);
  const url = `http://127.0.0.1:${port}/`;
  while (!(await answers(`${url}-/ping`))) {
    signal.throwIfAborted();
    if (child.exitCode !== null) throw new CommandError(`verdaccio does not start: ${said}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return { url, close };
}

function configuration(folder: string, upstream: string): string {
  return `
storage: ${JSON.stringify(path.join(folder, 'storage'))}
auth: { htpasswd: { file: ${JSON.stringify(path.join(folder, 'htpasswd'))} } }
uplinks: { npm: { url: ${JSON.stringify(upstream)}, maxage: 1h } }
packages:
  '@omega-tv/*': { access: $all, publish: $all }
  '**': { access: $all, proxy: npm }
max_body_size: 50mb
log: { type: stdout, level: warn }
`;
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).ok;
  } catch {
    return false;
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
