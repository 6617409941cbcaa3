import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { listEverydayExports, type EverydayExport } from './everyday-exports.js';
import { codeBlocks, toExample, type Example } from './examples.js';
import { runExamples, type ExampleRun } from './run-examples.js';

/**
 * Runs the `@example` of each everyday export of a package's entry points, types excepted.
 * @param folder the package's, with a slash at its end
 * @throws Error when an export has no example, when an example promises no line, fails, or prints
 * other lines than its `// =>` comments promise.
 */
export async function runDocExamples(folder: URL): Promise<readonly ExampleRun[]> {
  const lists = await Promise.all((await listIndexes(folder)).map(listEverydayExports));
  const examples = lists.flat().flatMap(examplesOf);
  return runExamples(path.normalize(fileURLToPath(folder)), examples);
}

/** The sources of what package.json exports. */
async function listIndexes(folder: URL): Promise<readonly URL[]> {
  const manifest = JSON.parse(await readFile(new URL('package.json', folder), 'utf8')) as {
    readonly exports: Readonly<Record<string, string | { readonly default: string }>>;
  };
  return Object.values(manifest.exports)
    .filter((entry) => typeof entry !== 'string')
    .map((entry) => entry.default.replace(/^\.\/dist\/(.*)\.js$/, 'src/$1.ts'))
    .map((file) => new URL(file, folder));
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
