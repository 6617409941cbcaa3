import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

/** What users import, such as `@omega-tv/client/node`. */
export interface EntryPoint {
  readonly name: string;
  /** The package's folder, whole. */
  readonly folder: string;
  /** Its built declarations, whole. */
  readonly declarations: string;
  /** The name of its report's file. */
  readonly report: string;
}

interface Manifest {
  readonly name: string;
  readonly private?: boolean;
  readonly exports: Readonly<Record<string, string | { readonly types: string }>>;
}

/** The entry points of the packages under packages/ that are not private. */
export async function listEntryPoints(root: string): Promise<readonly EntryPoint[]> {
  const names = (await readdir(path.join(root, 'packages'))).sort();
  const lists = await Promise.all(
    names.map((name) => entriesOf(path.join(root, 'packages', name))),
  );
  return lists.flat();
}

async function entriesOf(folder: string): Promise<readonly EntryPoint[]> {
  const text = await readFile(path.join(folder, 'package.json'), 'utf8');
  const manifest = JSON.parse(text) as Manifest;
  if (manifest.private === true) return [];
  return Object.entries(manifest.exports).flatMap(([entry, target]) => {
    if (typeof target === 'string') return [];
    const short = entry === '.' ? 'index' : entry.slice(2).replaceAll('/', '-');
    return {
      name: manifest.name + entry.slice(1),
      folder,
      declarations: path.join(folder, target.types),
      report: `${short}.api.md`,
    };
  });
}
