import { execFile } from 'node:child_process';
import { mkdtemp, rename, rm } from 'node:fs/promises';
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
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  await prepareFolder(out);
  // Beside the files, so that they are moved whole: none is left half written.
  const unfinished = await mkdtemp(path.join(out, '.unfinished-'));
  try {
    const workspaces = packages.map(({ folder }) => `--workspace=${folder}`);
    const packed = await npmPack(root, ['--pack-destination', unfinished, ...workspaces], signal);
    for (const { name, files } of packed) {
      if (files.some((file) => file.path === 'dist/index.js')) continue;
      throw new CommandError(`${name} is not built; run npm ci, which builds it.`);
    }
    for (const { filename } of packed) {
      await rename(path.join(unfinished, filename), path.join(out, filename));
    }
    return new Map(packed.map(({ name, filename }) => [name, path.join(out, filename)]));
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}

async function npmPack(
  root: string,
  args: readonly string[],
  signal: AbortSignal,
): Promise<readonly PackedFile[]> {
  try {
    const { stdout } = await run('npm', ['pack', '--json', ...args], { cwd: root, signal });
    return JSON.parse(stdout) as readonly PackedFile[];
  } catch (error) {
    signal.throwIfAborted();
    const stderr = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : '';
    throw new CommandError(`npm pack failed: ${stderr === '' ? String(error) : stderr}`);
  }
}
