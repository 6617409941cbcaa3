import { execFile } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import ts from 'typescript';
import type { Example } from './examples.js';

const runFile = promisify(execFile);
/** Stands between what two examples print. */
const END = '--- end of an example ---';

export interface ExampleRun extends Pick<Example, 'promised'> {
  /** The lines that the example printed. */
  readonly printed: readonly string[];
}

/**
 * Runs each example as a module of its own, one after the other in one process. They lie in
 * `folder`, so that package names resolve as they do for a user.
 * @throws Error when one fails, or prints other lines than its `// =>` comments promise.
 */
export async function runExamples(
  folder: string,
  examples: readonly Example[],
  env: Readonly<Record<string, string>> = {},
): Promise<readonly ExampleRun[]> {
  const file = (index: number | 'all'): string =>
    path.join(folder, `.example-${process.pid}-${index}.mjs`);
  const files = examples.map((_, index) => file(index));
  const lines = files.map((one) => `await import('${pathToFileURL(one).href}');`);
  const all = lines.map((line) => `${line}\nconsole.log('${END}');\n`).join('');
  try {
    await Promise.all(
      examples.map(({ source }, index) => writeFile(file(index), transpile(source))),
    );
    await writeFile(file('all'), all);
    const { stdout, failure } = await run(file('all'), folder, env);
    const outputs = stdout.split(`${END}\n`).map((text) => text.split('\n').slice(0, -1));
    return examples.map((example, index) => {
      const printed = outputs[index] ?? [];
      if (failure !== undefined && index === outputs.length - 1) {
        throw new Error(`${example.where} fails:\n${failure}`);
      }
      compare(example, printed);
      return { promised: example.promised, printed };
    });
  } finally {
    await Promise.all([...files, file('all')].map((one) => rm(one, { force: true })));
  }
}

interface Outcome {
  readonly stdout: string;
  /** What the process said as it failed. */
  readonly failure?: string;
}

async function run(file: string, cwd: string, env: object): Promise<Outcome> {
  const options = { cwd, env: { ...process.env, ...env, FORCE_COLOR: '0' } };
  try {
    return { stdout: (await runFile(process.execPath, [file], options)).stdout };
  } catch (error) {
    // By its fields, not its class: where Jest runs this, Node's errors are of another realm.
    const { stdout, message } = error as { readonly stdout?: string; readonly message: string };
    if (stdout === undefined) throw error;
    return { stdout, failure: message };
  }
}

function transpile(source: string): string {
  const options = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 };
  return ts.transpileModule(source, { compilerOptions: options }).outputText;
}

function compare({ where, promised }: Example, printed: readonly string[]): void {
  if (printed.join('\n') === promised.join('\n')) return;
  throw new Error(`${where} promises\n${promised.join('\n')}\nbut prints\n${printed.join('\n')}`);
}
