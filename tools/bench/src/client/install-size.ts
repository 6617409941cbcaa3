import { access, readdir, readFile, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  /** Installed where the machine can use them. */
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** What a TV installs: packages, and their bytes on the disk. */
export interface InstallSize {
  readonly packages: number;
  /** Ours: without source maps, which only readers of the source want. */
  readonly ownBytes: number;
  readonly otherBytes: number;
}

const MODULES = fileURLToPath(new URL('../../../../node_modules', import.meta.url));
const OWN = '@omega-tv/';

/** Of a package and all that it depends on, as they lie in this workspace. */
export async function measureInstall(name: string): Promise<InstallSize> {
  const seen = new Map<string, string>();
  const found = await folderOf(name, MODULES);
  if (found === undefined) throw new Error(`${name} is not installed`);
  await collect(name, found, seen);
  let [ownBytes, otherBytes] = [0, 0];
  for (const [one, folder] of seen) {
    if (one.startsWith(OWN)) ownBytes += await bytesIn(path.join(folder, 'dist'), false);
    else otherBytes += await bytesIn(folder, true);
  }
  return { packages: seen.size, ownBytes, otherBytes };
}

async function collect(name: string, folder: string, seen: Map<string, string>): Promise<void> {
  if (seen.has(name)) return;
  seen.set(name, folder);
  const text = await readFile(path.join(folder, 'package.json'), 'utf8');
  const { dependencies = {}, optionalDependencies = {} } = JSON.parse(text) as Manifest;
  for (const one of Object.keys({ ...dependencies, ...optionalDependencies })) {
    const found = await folderOf(one, folder);
    if (found !== undefined) await collect(one, found, seen);
    else if (!(one in optionalDependencies)) throw new Error(`${one} is not installed`);
  }
}

/** Where Node would find it. */
async function folderOf(name: string, from: string): Promise<string | undefined> {
  const places = createRequire(path.join(from, 'x.js')).resolve.paths(name) ?? [];
  for (const place of [...places, MODULES]) {
    const folder = path.join(place, name);
    const isThere = await access(path.join(folder, 'package.json')).then(
      () => true,
      () => false,
    );
    if (isThere) return folder;
  }
  return undefined;
}

async function bytesIn(folder: string, withMaps: boolean): Promise<number> {
  let bytes = 0;
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const file = path.join(folder, entry.name);
    if (entry.name === 'node_modules') continue;
    if (entry.isDirectory()) bytes += await bytesIn(file, withMaps);
    else if (withMaps || !/\.(map|tsbuildinfo)$/.test(entry.name)) bytes += (await stat(file)).size;
  }
  return bytes;
}
