import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { temporaryFolder } from '@omega-tv/test-support';
import { freePort, startNginx } from './nginx.js';

/** Puts nginx with a cache in front of a server until the test is over; returns its URL. */
export async function startCachingProxy(nginx: string, origin: string): Promise<string> {
  const folder = await temporaryFolder();
  const port = await freePort();
  await writeFile(path.join(folder, 'nginx.conf'), configuration(origin, port));
  await startNginx(nginx, folder, port);
  return `http://127.0.0.1:${port}`;
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
