import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { CommandError, prepareFolder } from '@omega-tv/command-line';
import type { PublishedPackage } from './published-packages.js';

const run = promisify(execFile);

interface PackedFile {
  readonly name: string;
  readonly filename: string;
  readonly files: readonly { readonly path: string }[];
}

/**
 * Makes one file of each package, of what is built now.
 * @returns the files' full paths, by the package's name
 * @throws CommandError where the folder cannot be made, npm fails, or a package is not built.
 */
export async function packPackages(
  root: string,
  packages: readonly PublishedPackage[],
  out: string,
): Promise<ReadonlyMap<string, string>> {
  await prepareFolder(out);
  const workspaces = packages.map(({ folder }) => `--workspace=${folder}`);
  const packed = await npmPack(root, ['--pack-destination', out, ...workspaces]);
  const files = new Map<string, string>();
  for (const { name, filename, files: contents } of packed) {
    if (!contents.some((file) => file.path === 'dist/index.js')) {
      throw new CommandError(`${name} is not built; run npm ci, which builds it.`);
    }
    files.set(name, path.join(out, filename));
  }
  return files;
}

async function npmPack(root: string, args: readonly string[]): Promise<readonly PackedFile[]> {
  try {
    const { stdout } = await run('npm', ['pack', '--json', ...args], { cwd: root });
    return JSON.parse(stdout) as readonly PackedFile[];
  } catch (error) {
    const stderr = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : '';
    throw new CommandError(`npm pack failed: ${stderr === '' ? String(error) : stderr}`);
  }
}
