import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import path from 'node:path';
import { onTestFinished } from '@omega-tv/test-support';
import { root } from '../workspace.js';

export interface ExampleRun {
  readonly code: number | null;
  readonly lines: readonly string[];
}

/**
 * Runs a program of examples/ as its reader does.
 * @param stopAt asks the program to stop (SIGTERM) once it prints this line
 */
export async function runExample(
  file: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  stopAt?: string,
): Promise<ExampleRun> {
  const child = spawn(process.execPath, [path.join(root, 'examples', file), ...args], {
    env: { ...process.env, ...env, NO_PROXY: '*' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line);
    if (line === stopAt) child.kill('SIGTERM');
  }
  return { code: await ended, lines };
}
