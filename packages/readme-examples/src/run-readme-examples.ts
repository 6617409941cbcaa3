import { execFile } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import ts from 'typescript';

const runFile = promisify(execFile);

export interface ExampleRun {
  /** What each `// => text` comment of the README promises, in order. */
  readonly promised: readonly string[];
  /** The lines that the examples printed. */
  readonly printed: readonly string[];
}

/**
 * Runs each `ts` block of a README as a module of its own, beside the README, so that package
 * names resolve as they do for a user.
 * @throws Error when a block fails, when one prints other lines than its `// =>` comments promise,
 * or when the README has no block.
 */
export async function runReadmeExamples(
  readme: URL,
  env: Readonly<Record<string, string>> = {},
): Promise<readonly ExampleRun[]> {
  const blocks = [...(await readFile(readme, 'utf8')).matchAll(/^```ts\n([\s\S]*?)^```$/gm)];
  if (blocks.length === 0) throw new Error(`${readme.pathname} has no \`\`\`ts block`);
  const runs: ExampleRun[] = [];
  for (const [index, block] of blocks.entries()) {
    const run = await runBlock(readme, index, block[1] ?? '', env);
    if (run.printed.join('\n') !== run.promised.join('\n')) {
      throw new Error(
        `Example ${index + 1} of ${readme.pathname} promises\n${run.promised.join('\n')}\nbut prints\n${run.printed.join('\n')}`,
      );
    }
    runs.push(run);
  }
  return runs;
}

async function runBlock(
  readme: URL,
  index: number,
  source: string,
  env: Readonly<Record<string, string>>,
): Promise<ExampleRun> {
  const folder = path.dirname(fileURLToPath(readme));
  const file = path.join(folder, `.example-${process.pid}-${index}.mjs`);
  const { outputText } = ts.transpileModule(source, {
    compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 },
  });
  await writeFile(file, outputText);
  try {
    const { stdout } = await runFile(process.execPath, [file], {
      cwd: folder,
      env: { ...process.env, ...env, FORCE_COLOR: '0' },
    });
    return { promised: promisedLines(source), printed: stdout.split('\n').slice(0, -1) };
  } finally {
    await rm(file, { force: true });
  }
}

function promisedLines(source: string): readonly string[] {
  return [...source.matchAll(/\/\/ => (.*)$/gm)].map((match) => match[1] ?? '');
}
