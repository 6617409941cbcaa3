import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Clock } from '@omega-tv/types';
import type { ServerCommand, ServerEvent, ServerSettings } from './messages.js';

const PROCESS_FILE = fileURLToPath(new URL('constellation-process.js', import.meta.url));

export interface ServerHandleOptions {
  readonly directory: string;
  readonly minDevices: number;
  readonly clock: Clock;
}

/** The demo's Constellation; keeps its port and its folder over restarts. */
export class ServerHandle {
  readonly #options: ServerHandleOptions;
  #child: ChildProcess | undefined;
  /** Resolves when the latest process is gone. */
  #gone: Promise<unknown> = Promise.resolve();
  #url = '';

  constructor(options: ServerHandleOptions) {
    this.#options = options;
  }

  get url(): string {
    return this.#url;
  }

  get minDevices(): number {
    return this.#options.minDevices;
  }

  /** The store's folder. */
  get directory(): string {
    return this.#options.directory;
  }

  async start(): Promise<void> {
    const { directory, minDevices, clock } = this.#options;
    const port = this.#url === '' ? 0 : Number(new URL(this.#url).port);
    const settings: ServerSettings = { directory, port, minDevices, nowMs: clock.nowMs() };
    this.#child = fork(PROCESS_FILE, [JSON.stringify(settings)], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    this.#gone = once(this.#child, 'exit');
    const event = await this.#next('ready');
    this.#url = event.url;
  }

  /** Publishes at the demo's present time; resolves with the version. */
  async publish(): Promise<number> {
    const command: ServerCommand = { nowMs: this.#options.clock.nowMs() };
    this.#child?.send(command);
    return (await this.#next('published')).version;
  }

  /** SIGKILL: no warning, no clean-up. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** Lets it answer what it has begun. */
  async stop(): Promise<void> {
    await this.#end('SIGTERM');
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    this.#child?.kill(signal);
    this.#child = undefined;
    await this.#gone;
  }

  /** The next event; fails when the process ends before it. */
  #next<Kind extends ServerEvent['kind']>(
    kind: Kind,
  ): Promise<Extract<ServerEvent, { kind: Kind }>> {
    const child = this.#child;
    if (child === undefined) return Promise.reject(new Error('The Constellation does not run'));
    return new Promise((resolve, reject) => {
      const onMessage = (event: ServerEvent): void => {
        child.off('exit', onExit);
        if (event.kind === kind) resolve(event as Extract<ServerEvent, { kind: Kind }>);
        else reject(new Error(`expected ${kind}, got ${event.kind}`));
      };
      const onExit = (): void => {
        child.off('message', onMessage);
        reject(new Error('The Constellation ended unexpectedly'));
      };
      child.once('message', onMessage);
      child.once('exit', onExit);
    });
  }
}
