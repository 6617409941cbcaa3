import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { onTestFinished, temporaryFolder } from '@omega-tv/test-support';

const PATH = process.env.NGINX_PATH ?? '/usr/sbin/nginx';
const POLL_MS = 20;

/** Where this machine has nginx, or why not. */
export function findNginx(): { readonly path: string } | { readonly missing: string } {
  if (existsSync(PATH)) return { path: PATH };
  return { missing: `no nginx at ${PATH}; install one, or name it in NGINX_PATH` };
}

/** Puts nginx with a cache in front of a server until the test is over; returns its URL. */
export async function startCachingProxy(nginx: string, origin: string): Promise<string> {
  const folder = await temporaryFolder();
  const port = await freePort();
  await writeFile(path.join(folder, 'nginx.conf'), configuration(origin, port));
  const args = ['-p', folder, '-c', 'nginx.conf', '-e', 'stderr'];
  const child = spawn(nginx, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  const ended = once(child, 'close');
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  const url = `http://127.0.0.1:${port}`;
  while (!(await answers(`${url}/ready`))) {
    if (child.exitCode !== null) throw new Error(`nginx ended with code ${child.exitCode}`);
    await sleep(POLL_MS);
  }
  return url;
}

/** An eager cache: what the server says nothing about is kept, whatever its status. */
function configuration(origin: string, port: number): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `${name}_temp_path ${name};`)
    .join(' ');
  return `
    daemon off;
    master_process off;
    pid nginx.pid;
    events {}
    http {
      access_log off;
      ${temporary}
      proxy_cache_path cache keys_zone=all:1m;
      server {
        listen 127.0.0.1:${port};
        location = /ready { return 204; }
        location / {
          proxy_pass ${origin};
          proxy_cache all;
          proxy_cache_lock on;
          proxy_cache_valid any 10m;
          add_header X-Cache-Status $upstream_cache_status always;
        }
      }
    }
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
