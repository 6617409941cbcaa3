import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { onTestFinished } from '@omega-tv/test-support';

const PATH = process.env.NGINX_PATH ?? '/usr/sbin/nginx';
const POLL_MS = 20;

/** Where this machine has nginx, or why not. */
export function findNginx(): { readonly path: string } | { readonly missing: string } {
  if (existsSync(PATH)) return { path: PATH };
  return { missing: `no nginx at ${PATH}; install one, or name it in NGINX_PATH` };
}

/** Starts nginx with the nginx.conf of a folder until the test is over; resolves once it listens. */
export async function startNginx(nginx: string, folder: string, port: number): Promise<void> {
  const args = ['-p', folder, '-c', 'nginx.conf', '-e', 'stderr'];
  const child = spawn(nginx, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  const ended = once(child, 'close');
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  while (!(await listens(port))) {
    if (child.exitCode !== null) throw new Error(`nginx ended with code ${child.exitCode}`);
    await sleep(POLL_MS);
  }
}

async function listens(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
