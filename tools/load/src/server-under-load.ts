import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { ServerOrder, ServerQuestion, ServerUsage } from './server-process.js';

const PROCESS = new URL('server-process.js', import.meta.url);

/** A server in a process of its own, so that its processor time is its own. */
export class ServerUnderLoad {
  readonly #child: ChildProcess;
  readonly url: string;

  private constructor(child: ChildProcess, url: string) {
    this.#child = child;
    this.url = `${url}/api/v1/sync`;
  }

  static async start(order: ServerOrder): Promise<ServerUnderLoad> {
    const child = fork(PROCESS, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    child.send(order);
    return new ServerUnderLoad(child, (await answerOf(child)) as string);
  }

  async usage(): Promise<ServerUsage> {
    return (await this.#ask('usage')) as ServerUsage;
  }

  /** Bytes of the process, once what it no longer reaches was collected. */
  async memory(): Promise<number> {
    return (await this.#ask('memory')) as number;
  }

  /** Of a node that is ready: how much it owns; else -1. */
  async owned(): Promise<number> {
    return (await this.#ask('owned')) as number;
  }

  /** The version that was published, or 0 where nothing was new. */
  async publish(): Promise<number> {
    return (await this.#ask('publish')) as number;
  }

  async checkpoint(): Promise<void> {
    await this.#ask('checkpoint');
  }

  async close(): Promise<void> {
    const exited = once(this.#child, 'exit');
    await this.#ask('close');
    await exited;
  }

  /** For a run that failed. */
  kill(): void {
    this.#child.kill('SIGKILL');
  }

  #ask(question: ServerQuestion): Promise<unknown> {
    this.#child.send(question);
    return answerOf(this.#child);
  }
}

async function answerOf(child: ChildProcess): Promise<unknown> {
  const answered = new AbortController();
  const { signal } = answered;
  const ended = once(child, 'exit', { signal }).then(() => {
    throw new Error('The server under load ended');
  });
  ended.catch(() => undefined);
  try {
    const [message] = (await Promise.race([once(child, 'message', { signal }), ended])) as [
      { answer: unknown },
    ];
    return message.answer;
  } finally {
    answered.abort();
  }
}
