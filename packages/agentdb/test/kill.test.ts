import { spawn } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { onTestFinished } from '@omega-tv/test-support';
import { serve } from './serve.js';
import { createTv, kinds, type Tv } from './support.js';

const script = fileURLToPath(new URL('brain-process.mjs', import.meta.url));

/** Runs the TV until it has printed so many lines, kills it, and returns what it printed. */
async function runUntil(lines: number, args: readonly string[]): Promise<readonly string[]> {
  const child = spawn(process.execPath, [script, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const printed: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    // AgentDB greets on standard output.
    if (line.includes('Using sql.js')) continue;
    printed.push(line);
    if (printed.length >= lines) child.kill('SIGKILL');
  }
  return printed;
}

/** The samples that a killed TV had printed as kept. */
function keptBy(lines: readonly string[]): number {
  return Math.max(
    0,
    ...lines.map((line) => Number(/^(?:saved|synced) (\d+)$/.exec(line)?.[1] ?? 0)),
  );
}

describe.each(kinds)('a TV on %s that is killed (SIGKILL)', (kind) => {
  const argsOf = ({ file, directory }: Tv, url: string) => [kind, file, directory, url];

  async function finish(tv: Tv, url: string) {
    const printed = await runUntil(Infinity, [...argsOf(tv, url), '3']);
    return JSON.parse(printed.at(-1) ?? '') as Readonly<Record<string, number>>;
  }

  it('again and again: the server counts what the brain learned, once (rule 5.26)', async () => {
    const { constellation, url } = await serve();
    const tv = await createTv(kind);
    let kept = 0;
    for (const lines of [1, 2, 3, 5, 8, 13, 4]) {
      const printed = await runUntil(lines, argsOf(tv, url));
      expect(printed[0]).toBe('opened opened');
      kept = Math.max(kept, keptBy(printed));
    }
    const { uses, ...books } = await finish(tv, url);
    expect(uses).toBeGreaterThan(kept);
    const nothing = { waiting: 0, withheld: 0, deadLettered: 0, dropped: 0 };
    expect(books).toEqual({ learned: uses, acknowledged: uses, ...nothing });
    expect(constellation.report().samplesAccepted).toBe(uses);
  });

  it('or that loses its sync state: nothing is told twice (rule 5.28)', async () => {
    const { constellation, url } = await serve();
    const tv = await createTv(kind);
    await finish(tv, url);
    const before = constellation.report().samplesAccepted;
    await rm(tv.directory, { recursive: true });
    const { uses = 0, learned, acknowledged = 0, dropped = 0 } = await finish(tv, url);
    expect(learned).toBe(uses);
    expect(dropped).toBeGreaterThanOrEqual(before);
    expect(acknowledged + dropped).toBe(uses);
    expect(constellation.report().samplesAccepted).toBe(before + acknowledged);
    expect(acknowledged).toBeGreaterThan(0);
  });
});
