import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { COMMAND } from './operate.js';

const LISTENING = /^Constellation listening on http:\/\/127\.0\.0\.1:(\d+)$/;
const OPERATORS = /^operators: (http:\S+) /;

export interface MachineOptions {
  /** Where NATS is, several with commas. */
  readonly engine: string;
  readonly folder: string;
  readonly role: 'edge' | 'all';
  readonly partitions: number;
  readonly leaseMs: number;
}

/** What a Constellation counted of the partitions that it owns. */
export interface MachineReport {
  readonly samplesAccepted: number;
  readonly devices: number;
  readonly version: number;
}

/** A Constellation of the cluster: a process that keeps its port when it is started again. */
export class Machine {
  readonly #options: MachineOptions;
  #port = 0;
  #admin = '';
  #child: ChildProcess | undefined;

  constructor(options: MachineOptions) {
    this.#options = options;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Resolves when it listens. */
  async start(): Promise<void> {
    const { engine, folder, role, partitions, leaseMs } = this.#options;
    const ports = ['--port', `${this.#port}`, '--admin-port', '0', '--data', folder];
    const cluster = ['--engine', engine, '--replicas', '3', '--role', role];
    const more = ['--partitions', `${partitions}`, '--lease-ms', `${leaseMs}`, '--workers', '0'];
    const rest = ['--min-devices', '3', '--publish-every', '1000', '--log-level', 'silent'];
    const child = spawn(process.execPath, [COMMAND, ...ports, ...cluster, ...more, ...rest], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    const said: string[] = [];
    createInterface({ input: child.stderr }).on('line', (line) => {
      said.push(line);
      this.#admin = OPERATORS.exec(line)?.[1] ?? this.#admin;
    });
    await new Promise<void>((resolve, reject) => {
      child.once('exit', () => {
        reject(new Error(`a Constellation ended: ${said.join('\n')}`));
      });
      createInterface({ input: child.stdout }).on('line', (line) => {
        const port = LISTENING.exec(line)?.[1];
        if (port === undefined) return;
        this.#port = Number(port);
        resolve();
      });
    });
  }

  signal(name: 'SIGSTOP' | 'SIGCONT'): void {
    this.#child?.kill(name);
  }

  /** At once, whatever state it is in. */
  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child?.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  }

  async isReady(): Promise<boolean> {
    const answer = await fetch(`${this.#admin}/readyz`).catch(() => undefined);
    return answer?.ok === true;
  }

  async report(): Promise<MachineReport> {
    return (await (await fetch(`${this.#admin}/report`)).json()) as MachineReport;
  }
}
