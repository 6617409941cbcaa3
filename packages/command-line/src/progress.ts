import { clearLine, cursorTo } from 'node:readline';

/** Where long work stands, on stderr: a live line on a terminal, elsewhere a line for each stage. */
export interface Progress {
  readonly stage: (text: string) => void;
  /** Takes the live line away, for what is printed next. */
  readonly done: () => void;
}

export function createProgress(stream: NodeJS.WriteStream = process.stderr): Progress {
  if (!stream.isTTY) {
    return {
      stage: (text) => stream.write(`${text}\n`),
      done: () => undefined,
    };
  }
  const clear = (): void => {
    clearLine(stream, 0);
    cursorTo(stream, 0);
  };
  return {
    stage: (text) => {
      clear();
      // A line that wraps could not be taken away again.
      stream.write(text.slice(0, stream.columns - 1));
    },
    done: clear,
  };
}
