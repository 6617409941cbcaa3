// Listens, and takes no connection until a byte arrives on standard input: the kernel's queue is then
// full, so that it drops what else wants to connect, which asks again a second later.
import { readSync, writeSync } from 'node:fs';
import { createServer } from 'node:http';

const server = createServer((_, response) => response.end('{"status":"ok"}'));
server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
  writeSync(1, `${server.address().port}\n`);
  readSync(0, new Uint8Array(1));
});
