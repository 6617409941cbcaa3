import { cp, mkdir, symlink } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { temporaryFolder } from '@omega-tv/test-support';
import { agentDbFolder } from './databases.mjs';

const own = fileURLToPath(new URL('../', import.meta.url));
const modules = path.join(own, '../../node_modules');

/** A copy of this package's documents in a folder where AgentDB can be imported, as users have it. */
export async function createUserFolder(): Promise<URL> {
  const folder = await temporaryFolder();
  for (const name of ['README.md', 'package.json', 'src']) {
    await cp(path.join(own, name), path.join(folder, name), { recursive: true });
  }
  await symlink(path.join(own, 'dist'), path.join(folder, 'dist'));
  await mkdir(path.join(folder, 'node_modules'));
  const link = (from: string, name: string) =>
    symlink(path.join(from, name), path.join(folder, 'node_modules', name));
  await link(modules, '@omega-tv');
  await link(path.join(agentDbFolder ?? '', 'node_modules'), 'agentdb');
  return pathToFileURL(`${folder}/`);
}
