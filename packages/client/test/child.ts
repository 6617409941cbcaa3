import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from '@omega-tv/test-support';

export interface Child {
  readonly process: ChildProcess;
  /** Resolves with the next printed line that `matches`; rejects when the child ends before. */
  line(matches: (line: string) => boolean): Promise<string>;
  /** Ends the child at once (SIGKILL) and returns all that it printed. */
  kill(): Promise<readonly string[]>;
}

/**
 * Starts a script beside the tests; it ends with the test at the latest.
 * @param launcher A command that starts Node under conditions of its own.
 */
export function startChild(
  script: string,
  args: readonly string[],
  launcher: readonly string[] = [],
): Child {
  const file = fileURLToPath(new URL(script, import.meta.url));
  const [command = process.execPath, ...rest] = [...launcher, process.execPath, file, ...args];
  const child = spawn(command, rest, { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines: string[] = [];
  const waiting = new Set<() => void>();
  let ended = false;
  const wake = (): void => {
    for (const look of waiting) look();
  };
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line);
    wake();
  });
  const end = new Promise<void>((resolve) => {
    child.once('close', () => {
      ended = true;
      wake();
      resolve();
    });
  });
  const kill = async (): Promise<readonly string[]> => {
    child.kill('SIGKILL');
    await end;
    return lines;
  };
  onTestFinished(async () => {
    await kill();
  });
  return {
    process: child,
    kill,
    line: (matches) => {
      let seen = 0;
      return new Promise((resolve, reject) => {
        const look = (): void => {
          const found = lines.slice(seen).find(matches);
          seen = lines.length;
          if (found === undefined && !ended) return;
          waiting.delete(look);
          if (found === undefined) reject(new Error(`${script} ended early: ${lines.join('; ')}`));
          else resolve(found);
        };
        waiting.add(look);
        look();
      });
    },
  };
}
