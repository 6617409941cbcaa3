import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** What both sides of a measured process agree on: questions by name, one at a time, and their answers. */
export type Questions = Readonly<Record<string, (...argument: never[]) => unknown>>;

type Answer<Asked extends Questions, Name extends keyof Asked> = Awaited<ReturnType<Asked[Name]>>;

interface Message {
  readonly name: string;
  readonly argument: unknown;
}

/** A process of its own, so that its memory and its processor time are its own. */
export class AskedProcess<Asked extends Questions> {
  readonly #child: ChildProcess;

  /** @param program beside this file. */
  constructor(program: string) {
    this.#child = fork(new URL(program, import.meta.url), { execArgv: ['--expose-gc'] });
  }

  /** @throws Error where the process ended instead, or could not answer. */
  async ask<Name extends keyof Asked & string>(
    name: Name,
    ...[argument]: Parameters<Asked[Name]>
  ): Promise<Answer<Asked, Name>> {
    const done = new AbortController();
    const { signal } = done;
    const ended = once(this.#child, 'exit', { signal }).then(() => {
      throw new Error(`the process that was asked "${name}" ended`);
    });
    ended.catch(() => undefined);
    try {
      const answered = once(this.#child, 'message', { signal });
      this.#child.send({ name, argument } satisfies Message);
      const [message] = (await Promise.race([answered, ended])) as [{ answer: unknown }];
      return message.answer as Answer<Asked, Name>;
    } finally {
      done.abort();
    }
  }

  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
  }
}

/** The process's side: answers what it is asked until it is ended. */
export function answerQuestions(questions: Questions): void {
  process.on('message', ({ name, argument }: Message) => {
    void Promise.resolve(questions[name]?.(argument as never)).then((answer) => {
      process.send?.({ answer });
    });
  });
  // Who asks is gone.
  process.on('disconnect', () => process.exit(0));
}
