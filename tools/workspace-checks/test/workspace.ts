import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The workspace's folder. */
export const root = fileURLToPath(new URL('../../../', import.meta.url));

/** The files of the repository, those not yet committed included. Relative to the workspace. */
export function listFiles(): readonly string[] {
  const args = ['ls-files', '--cached', '--others', '--exclude-standard'];
  return execFileSync('git', args, { cwd: root, encoding: 'utf8' })
    .trimEnd()
    .split('\n')
    .filter((file) => existsSync(path.join(root, file)));
}

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly private?: boolean;
  readonly description?: string;
  readonly keywords?: readonly string[];
  readonly license?: string;
  readonly homepage?: string;
  readonly bugs?: string;
  readonly repository?: Readonly<Record<string, string>>;
  readonly engines?: { readonly node?: string };
  readonly sideEffects?: boolean;
  readonly exports: Readonly<Record<string, unknown>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly nx?: { readonly tags: readonly string[] };
}

export interface Project {
  /** Relative to the workspace. */
  readonly folder: string;
  readonly manifest: Manifest;
}

type Group = 'packages' | 'apps' | 'tools';

const GROUPS: readonly Group[] = ['packages', 'apps', 'tools'];

/** The packages that users install; the private ones beside them serve apps, tools and tests. */
export function listPublished(): readonly Project[] {
  return listProjects().filter(
    ({ folder, manifest }) => folder.startsWith('packages/') && manifest.private !== true,
  );
}

/** The workspace's projects. */
export function listProjects(): readonly Project[] {
  return GROUPS.flatMap((group) =>
    readdirSync(path.join(root, group)).map((name) => {
      const folder = `${group}/${name}`;
      const manifest = readFileSync(path.join(root, folder, 'package.json'), 'utf8');
      return { folder, manifest: JSON.parse(manifest) as Manifest };
    }),
  );
}

/** What users import, such as `@omega-tv/client/node`. */
export function entryPoints({ manifest }: Project): readonly string[] {
  return Object.keys(manifest.exports)
    .filter((entry) => entry !== './package.json')
    .map((entry) => manifest.name + entry.slice(1));
}
