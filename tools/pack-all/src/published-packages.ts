import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { UsageError } from '@omega-tv/command-line';

export interface PublishedPackage {
  readonly name: string;
  /** Relative to the workspace. */
  readonly folder: string;
  /** Names of what it imports at run time, outside packages included. */
  readonly dependencies: readonly string[];
}

interface Manifest {
  readonly name: string;
  readonly private?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
}

/** The packages under packages/ that are not private. */
export async function listPublishedPackages(root: string): Promise<readonly PublishedPackage[]> {
  const names = (await readdir(path.join(root, 'packages'))).sort();
  const found = await Promise.all(
    names.map(async (name) => {
      const folder = `packages/${name}`;
      const text = await readFile(path.join(root, folder, 'package.json'), 'utf8');
      return { folder, manifest: JSON.parse(text) as Manifest };
    }),
  );
  return found
    .filter(({ manifest }) => manifest.private !== true)
    .map(({ folder, manifest }) => ({
      name: manifest.name,
      folder,
      dependencies: Object.keys(manifest.dependencies ?? {}),
    }));
}

/**
 * A package and those of `published` that it needs, the needed ones first: none is on a registry,
 * so whoever installs one has to name all of them.
 * @throws UsageError for a name that is not published; `client` stands for `@omega-tv/client`.
 */
export function withNeeded(
  published: readonly PublishedPackage[],
  name: string,
): readonly PublishedPackage[] {
  const found = published.find((one) => one.name === name || shortName(one) === name);
  if (found === undefined) {
    const names = published.map(shortName).join(', ');
    throw new UsageError(`${name} is no published package; there are ${names}.`);
  }
  const own = found.dependencies.filter((needed) => published.some((one) => one.name === needed));
  return [...new Set([...own.flatMap((needed) => withNeeded(published, needed)), found])];
}

function shortName({ folder }: PublishedPackage): string {
  return path.basename(folder);
}
