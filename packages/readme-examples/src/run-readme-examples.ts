import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { readExamples } from './examples.js';
import { runExamples, type ExampleRun } from './run-examples.js';

/**
 * Runs each `ts` block of a README, beside the README.
 * @throws Error when a block fails, when one prints other lines than its `// =>` comments promise,
 * or when the README has no block.
 */
export async function runReadmeExamples(
  readme: URL,
  env: Readonly<Record<string, string>> = {},
): Promise<readonly ExampleRun[]> {
  return runExamples(path.dirname(fileURLToPath(readme)), await readExamples(readme), env);
}
