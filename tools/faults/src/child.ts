import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** A process that is ended by its id, whatever state it is in. */
export class Child {
  readonly #child: ChildProcess;
  readonly #ended: Promise<string>;

  /**
   * @param onLine gets each line that it prints.
   * @param stderr what becomes of its other words.
   */
  constructor(
    args: readonly string[],
    onLine: (line: string) => void,
    stderr: 'inherit' | 'ignore' = 'inherit',
  ) {
    this.#child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', stderr] });
    this.#ended = once(this.#child, 'close').then(([code, signal]: unknown[]) =>
      typeof signal === 'string' ? `by ${signal}` : `with code ${String(code)}`,
    );
    // Who writes to a process that was just killed.
    this.#child.stdin?.on('error', () => undefined);
    if (this.#child.stdout !== null) {
      createInterface({ input: this.#child.stdout }).on('line', onLine);
    }
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  tell(line: string): void {
    this.#child.stdin?.write(`${line}\n`);
  }

  /** Resolves with how it ended, when all that it printed was read. */
  ended(): Promise<string> {
    return this.#ended;
  }

  async kill(): Promise<void> {
    // One that was stopped dies of this too.
    this.#child.kill('SIGKILL');
    await this.#ended;
  }
}
