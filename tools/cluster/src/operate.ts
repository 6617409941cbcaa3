import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import path from 'node:path';
import { text } from 'node:stream/consumers';

export const COMMAND = path.join(
  path.dirname(createRequire(import.meta.url).resolve('@omega-tv/mock-constellation/package.json')),
  'dist/main.js',
);

/** Runs a command of the server for operators to its end. @throws Error with what it said. */
export async function operate(args: readonly string[]): Promise<void> {
  const child = spawn(process.execPath, [COMMAND, ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const [said, [code]] = await Promise.all([
    text(child.stderr),
    once(child, 'close') as Promise<[number | null]>,
  ]);
  if (code !== 0) throw new Error(`${args[0] ?? ''} failed: ${said.trim()}`);
}
