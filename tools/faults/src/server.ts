import { execFile } from 'node:child_process';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { createRequire } from 'node:module';
import path from 'node:path';
import { promisify } from 'node:util';
import { Child } from './child.js';

const run = promisify(execFile);
const command = path.join(
  path.dirname(createRequire(import.meta.url).resolve('@omega-tv/mock-constellation/package.json')),
  'dist/main.js',
);

/** A real Constellation on one port, whose store may be swapped. */
export class Server {
  readonly #folder: string;
  readonly #port: number;
  readonly #adminPort: number;
  #store = 0;
  #child: Child | undefined;

  private constructor(folder: string, port: number, adminPort: number) {
    this.#folder = folder;
    this.#port = port;
    this.#adminPort = adminPort;
  }

  static async create(folder: string): Promise<Server> {
    return new Server(folder, await freePort(), await freePort());
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  get #data(): string {
    return path.join(this.#folder, `store-${this.#store}`);
  }

  /** Resolves when it listens. */
  start(): Promise<void> {
    const ports = ['--port', `${this.#port}`, '--admin-port', `${this.#adminPort}`];
    const more = ['--data', this.#data, '--min-devices', '1', '--publish-every', '300'];
    return new Promise((resolve, reject) => {
      const child = new Child(
        [
          command,
          'serve',
          ...ports,
          ...more,
          '--log-level',
          'silent',
          '--rate-per-address',
          '1000000',
        ],
        (line) => {
          if (line.includes('listening on')) resolve();
        },
        'ignore',
      );
      this.#child = child;
      child.ended().then(() => {
        reject(new Error('the Constellation ended before it listened'));
      }, reject);
    });
  }

  signal(name: NodeJS.Signals): void {
    this.#child?.signal(name);
  }

  async kill(): Promise<void> {
    await this.#child?.kill();
  }

  async stop(): Promise<void> {
    this.#child?.signal('SIGTERM');
    await this.#child?.ended();
  }

  /** Of a stopped one. */
  async backup(): Promise<void> {
    await run(process.execPath, [
      command,
      'backup',
      '--data',
      this.#data,
      '--out',
      this.#backupFile,
    ]);
  }

  /** A stopped one goes on with what the last backup holds. */
  async restore(): Promise<void> {
    this.#store += 1;
    await run(process.execPath, [
      command,
      'restore',
      '--in',
      this.#backupFile,
      '--data',
      this.#data,
    ]);
  }

  async samplesAccepted(): Promise<number> {
    const answer = await fetch(`http://127.0.0.1:${this.#adminPort}/report`);
    return ((await answer.json()) as { samplesAccepted: number }).samplesAccepted;
  }

  get #backupFile(): string {
    return path.join(this.#folder, 'backup');
  }
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
