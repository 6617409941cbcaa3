import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import path from 'node:path';

const COMMAND = process.env.NATS_SERVER ?? 'nats-server';
const READY = 'Server is ready';

/** Why no NATS can be started here; undefined where it can. */
export function missingNats(): string | undefined {
  if (spawnSync(COMMAND, ['--version']).status === 0) return undefined;
  return `no ${COMMAND}; install nats-server, or name one in NATS_SERVER`;
}

/** A nats-server with JetStream in a folder, a process that can be killed, frozen and started again. */
export class NatsNode {
  readonly url: string;
  readonly directory: string;
  readonly #monitor: string;
  readonly #config: string;
  #process: ChildProcess | undefined;

  private constructor(directory: string, port: number, monitorPort: number) {
    this.url = `nats://127.0.0.1:${port}`;
    this.#monitor = `127.0.0.1:${monitorPort}`;
    this.directory = directory;
    this.#config = path.join(directory, 'nats.conf');
  }

  /** Nodes that know one another; one alone makes no cluster. They are not started. */
  static async prepare(directory: string, count = 1): Promise<readonly NatsNode[]> {
    const ports = await freePorts(3 * count);
    const routes = ports.slice(count, 2 * count).map((port) => `nats://127.0.0.1:${port}`);
    return Promise.all(
      ports.slice(0, count).map(async (port, i) => {
        const folder = path.join(directory, `nats-${i}`);
        const node = new NatsNode(folder, port, ports[2 * count + i] ?? 0);
        await mkdir(node.directory, { recursive: true });
        const cluster = `cluster { name: test, listen: "${routes[i]?.slice(7) ?? ''}", routes: ${JSON.stringify(routes)} }`;
        const lines = [
          `server_name: n${i}`,
          `listen: "127.0.0.1:${port}"`,
          `http: "${node.#monitor}"`,
          `jetstream { store_dir: ${JSON.stringify(node.store)}, max_file: 4G }`,
          ...(count === 1 ? [] : [cluster]),
        ];
        await writeFile(node.#config, `${lines.join('\n')}\n`);
        return node;
      }),
    );
  }

  /** What it keeps. */
  get store(): string {
    return path.join(this.directory, 'jetstream');
  }

  /** Of the process that runs; undefined where none does. */
  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /** Resolves when it listens. */
  async start(): Promise<void> {
    const child = spawn(COMMAND, ['-c', this.#config], { stdio: ['ignore', 'ignore', 'pipe'] });
    this.#process = child;
    let said = '';
    await new Promise<void>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', () => {
        reject(new Error(`nats-server ended: ${said.slice(-2000)}`));
      });
      child.stderr.on('data', (chunk: Buffer) => {
        if (said.includes(READY)) return;
        said += chunk.toString();
        if (said.includes(READY)) resolve();
      });
    });
  }

  /** True where it has caught up: it holds all that the other nodes hold of what it keeps with them. */
  async hasCaughtUp(): Promise<boolean> {
    const answer = await fetch(`http://${this.#monitor}/healthz`).catch(() => undefined);
    return answer?.ok === true;
  }

  /** Sends a signal to this process alone. */
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.#process?.kill(signal);
  }

  /** Ends the process at once and waits for it; one that does not run is left alone. */
  async kill(): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (child?.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  }
}

/** All are held until all are known, so that no two are the same. */
async function freePorts(count: number): Promise<readonly number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const ports = await Promise.all(
    servers.map(async (server) => {
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      return (server.address() as AddressInfo).port;
    }),
  );
  await Promise.all(
    servers.map(async (server) => {
      server.close();
      await once(server, 'close');
    }),
  );
  return ports;
}
