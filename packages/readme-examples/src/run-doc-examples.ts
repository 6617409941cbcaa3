import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { listEverydayExports, type EverydayExport } from './everyday-exports.js';
import { codeBlocks, toExample, type Example } from './examples.js';
import { runExamples, type ExampleRun } from './run-examples.js';

/**
 * Runs the `@example` of each everyday export of a package, types excepted.
 * @param indexes each index.ts of the package
 * @param folder the package's folder
 * @throws Error when an export has no example, when an example promises no line, fails, or prints
 * other lines than its `// =>` comments promise.
 */
export async function runDocExamples(
  folder: URL,
  indexes: readonly string[],
): Promise<readonly ExampleRun[]> {
  const lists = await Promise.all(
    indexes.map((file) => listEverydayExports(new URL(file, folder))),
  );
  const examples = lists.flat().flatMap(examplesOf);
  return runExamples(path.normalize(fileURLToPath(folder)), examples);
}

function examplesOf({ name, doc }: EverydayExport): readonly Example[] {
  const [, ...tags] = doc.split(/^@example$/m);
  const sources = tags.flatMap((tag) => codeBlocks(tag.slice(1)).slice(0, 1));
  if (sources.length === 0) {
    throw new Error(
      `${name} has no example; expected @example and a \`\`\`ts block in its comment`,
    );
  }
  return sources.map((source) => {
    const example = toExample(`The example of ${name}`, source);
    if (example.promised.length > 0) return example;
    throw new Error(`${example.where} promises nothing; expected a line with // => and its output`);
  });
}
