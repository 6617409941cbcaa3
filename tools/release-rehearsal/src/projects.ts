import { cp, mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { CommandError } from '@omega-tv/command-line';
import { runReadmeExamples } from '@omega-tv/readme-examples';
import { QUIET, runAsUser } from './npm.js';

/** AgentDB and NATS are their users' to install: these READMEs are run where the two are tested. */
const NEED_MORE: readonly string[] = ['@omega-tv/agentdb', '@omega-tv/nats'];

/** What a README's program makes its certificate with. */
const BESIDE: readonly string[] = ['selfsigned@5'];

export interface Rehearsal {
  readonly registry: string;
  /** A folder that is removed in the end. */
  readonly folder: string;
  readonly signal: AbortSignal;
}

/** An empty project that knows the registry, with packages installed from it. */
async function createProject(
  { registry, folder, signal }: Rehearsal,
  name: string,
  packages: readonly string[],
): Promise<string> {
  const project = path.join(folder, name);
  await mkdir(project);
  await writeFile(path.join(project, 'package.json'), '{"private":true,"type":"module"}');
  await writeFile(path.join(project, '.npmrc'), `registry=${registry}\n`);
  await runAsUser(project, 'npm', ['install', ...QUIET, ...packages], signal);
  return project;
}

/**
 * Installs all packages into an empty Node project, and runs the programs of their READMEs there.
 * @returns how many programs ran
 * @throws Error where one fails or prints something else than it promises.
 */
export async function runInNode(rehearsal: Rehearsal, names: readonly string[]): Promise<number> {
  const project = await createProject(rehearsal, 'node', [...names, ...BESIDE]);
  let programs = 0;
  for (const name of names) {
    if (NEED_MORE.includes(name)) continue;
    rehearsal.signal.throwIfAborted();
    // Beside the project's node_modules, as a reader pastes it.
    const readme = path.join(project, 'README.md');
    await cp(path.join(project, 'node_modules', name, 'README.md'), readme);
    programs += (await runReadmeExamples(pathToFileURL(readme))).length;
  }
  return programs;
}

/**
 * Installs the client into an empty Vite project, and builds a page there with Vite's own settings.
 * @returns the page's files
 * @throws CommandError where it does not build, warns, or lacks the codebook.
 */
export async function buildInVite(
  rehearsal: Rehearsal,
  page: string,
  vite: string,
): Promise<readonly string[]> {
  const project = await createProject(rehearsal, 'vite', ['@omega-tv/client', vite]);
  await cp(page, project, { recursive: true });
  const said = await runAsUser(project, 'npx', ['vite', 'build'], rehearsal.signal);
  if (/warn|externalized/i.test(said)) throw new CommandError(`Vite warns:\n${said}`);
  const files = await readdir(path.join(project, 'dist/assets'));
  if (files.some((file) => file.endsWith('.codebook'))) return files;
  throw new CommandError(`the page has no codebook, but ${files.join(', ')}`);
}
