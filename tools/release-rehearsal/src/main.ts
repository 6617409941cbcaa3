import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  createProgram,
  plural,
  resolveFromCaller,
  runProgram,
  signalOfProcess,
} from '@omega-tv/command-line';
import { runAsUser } from './npm.js';
import { listReleased } from './packages.js';
import { buildInVite, runInNode } from './projects.js';
import { installVerdaccio, startRegistry } from './registry.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));

const program = createProgram(
  'release:rehearse',
  'Publishes all packages to a registry on the loopback, installs them from there and runs their READMEs.',
)
  .option(
    '--verdaccio <folder>',
    'where verdaccio is installed, or the variable VERDACCIO; else it is installed for this run',
  )
  .action(run);

await runProgram(program);

async function run(options: { readonly verdaccio?: string }): Promise<void> {
  const signal = signalOfProcess('nothing was published outside this machine');
  const say = (text: string): void => void process.stderr.write(`${text}\n`);
  const folder = await mkdtemp(path.join(tmpdir(), 'omega-tv-release-'));
  try {
    const named = options.verdaccio ?? process.env.VERDACCIO;
    const installed = named ? resolveFromCaller(named) : path.join(folder, 'verdaccio');
    if (!named) {
      say('Installing verdaccio...');
      await installVerdaccio(installed, signal);
    }
    const registry = await startRegistry(installed, folder, signal);
    try {
      const names = await publishAll(registry.url, folder, signal);
      say(`${plural(names.length, 'package')} published to ${registry.url}`);
      const rehearsal = { registry: registry.url, folder, signal };
      const programs = await runInNode(rehearsal, names);
      say(`${plural(programs, 'program')} of the READMEs ran in a Node project`);
      const page = path.join(root, 'examples/page');
      const files = await buildInVite(rehearsal, page, `vite@${await versionOf('vite')}`);
      say(`a page was built in a Vite project: ${plural(files.length, 'file')}`);
    } finally {
      registry.close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** @returns the names of what was published */
async function publishAll(
  registry: string,
  folder: string,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const packages = await listReleased(root);
  const npmrc = path.join(folder, 'npmrc');
  // npm publishes for somebody; the registry lets everybody on this machine.
  await writeFile(npmrc, `${registry.replace(/^http:/, '')}:_authToken=rehearsal\n`);
  const workspaces = packages.map((one) => `--workspace=${one.folder}`);
  const args = ['publish', '--registry', registry, '--userconfig', npmrc, ...workspaces];
  await runAsUser(root, 'npm', args, signal);
  return packages.map(({ name }) => name);
}

async function versionOf(name: string): Promise<string> {
  const manifest = path.join(root, 'node_modules', name, 'package.json');
  return (JSON.parse(await readFile(manifest, 'utf8')) as { version: string }).version;
}
