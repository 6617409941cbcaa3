import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

export interface ReleasedPackage {
  readonly name: string;
  /** Relative to the workspace. */
  readonly folder: string;
}

/** The packages under packages/ that are not private. */
export async function listReleased(root: string): Promise<readonly ReleasedPackage[]> {
  const folders = (await readdir(path.join(root, 'packages')))
    .sort()
    .map((name) => `packages/${name}`);
  const manifests = await Promise.all(
    folders.map(async (folder) => {
      const text = await readFile(path.join(root, folder, 'package.json'), 'utf8');
      return { folder, ...(JSON.parse(text) as { name: string; private?: boolean }) };
    }),
  );
  return manifests
    .filter((one) => one.private !== true)
    .map(({ folder, name }) => ({ folder, name }));
}
