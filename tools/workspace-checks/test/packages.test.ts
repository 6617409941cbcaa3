import { execFile } from 'node:child_process';
import { copyFile, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { patternsOf, SAMPLES } from './patterns.js';
import { compile, createUserProject, install, packAll } from './user-project.js';
import { entryPoints, listPublished, root } from './workspace.js';

const run = promisify(execFile);
const packages = listPublished();
const consumerSource = fileURLToPath(new URL('consumer/consumer.ts', import.meta.url));
const natsSource = fileURLToPath(new URL('consumer/consumer-nats.ts', import.meta.url));
/** What a TypeScript user of a Node package has anyway. */
const USER_PACKAGES = '@types/node@20';

/** A user's project that has all packages: an empty folder outside the workspace. */
let user: string;

beforeAll(async () => {
  user = await createUserProject();
  const [tv, server] = await packAll(path.join(user, 'packs'));
  await install(user, tv);
  await install(user, `${server} ${USER_PACKAGES}`);
  for (const name of ['agentdb', 'nats', 'transport-quic']) {
    const [line] = await packAll(path.join(user, 'packs'), name);
    await install(user, line);
  }
});

afterAll(async () => {
  await rm(user, { recursive: true, force: true });
});

describe.each(packages)('$manifest.name, installed', (project) => {
  const name = project.manifest.name;

  it('holds its build, README, licence and manifest only', async () => {
    const folder = path.join(user, 'node_modules', name);
    const files = await listFiles(folder);
    expect(files).toEqual(expect.arrayContaining(['LICENSE', 'README.md', 'package.json']));
    const own =
      /^(?:dist\/[\w/-]+(?:\.d\.ts|\.js|\.js\.map)|codebook\/[\w-]+\.codebook|dashboard\/[\w-]+\.(?:html|css))$/;
    const others = files.filter((file) => !own.test(file));
    expect(others.sort()).toEqual(['LICENSE', 'README.md', 'package.json']);
    for (const file of files) {
      const text = await readFile(path.join(folder, file), 'utf8');
      expect([file, text.includes(root) || text.includes(`${homedir()}/`)]).toEqual([file, false]);
    }
  });

  it.each(entryPoints(project))('imports %s in plain Node, with all its names', async (entry) => {
    const script = `console.log(JSON.stringify(Object.keys(await import('${entry}')).sort()))`;
    const args = ['--input-type=module', '--eval', script];
    const { stdout } = await run(process.execPath, args, { cwd: user });
    const built = (await import(entry)) as object;
    expect(Object.keys(built).length).toBeGreaterThan(0);
    expect(JSON.parse(stdout)).toEqual(Object.keys(built).sort());
  });
});

describe('a program of a user', () => {
  it('uses every entry point', async () => {
    const sources = [consumerSource, natsSource].map((file) => readFile(file, 'utf8'));
    const imported = (await Promise.all(sources))
      .flatMap((source) => ts.preProcessFile(source).importedFiles)
      .map(({ fileName }) => fileName);
    expect(imported).toEqual(expect.arrayContaining(packages.flatMap(entryPoints)));
  });

  it('type-checks against the installed packages, and runs', async () => {
    const program = path.join(user, 'consumer.ts');
    await copyFile(consumerSource, program);
    await compile(user, program);

    const patterns = path.join(user, 'patterns.json');
    await writeFile(patterns, JSON.stringify(patternsOf(5)));
    const args = ['consumer.js', patterns, path.join(user, 'store')];
    const { stdout } = await run(process.execPath, args, { cwd: user });
    expect(JSON.parse(stdout)).toEqual({
      pushed: 5,
      fits: true,
      protocols: [1, 2],
      smaller: true,
      received: true,
      accepted: 2 * 5 * SAMPLES,
      small: true,
      inside: 384,
      kept: [true, true],
      brain: ['no AgentDB', 100],
      inPage: ['memory-only', 'no IndexedDB'],
      likes: true,
      overQuic: 'no https',
    });
  });

  it('of NATS, whose own declarations take undefined for what is absent', async () => {
    const program = path.join(user, 'consumer-nats.ts');
    await copyFile(natsSource, program);
    await compile(user, program, ['--exactOptionalPropertyTypes', 'false']);
    const { stdout } = await run(process.execPath, ['consumer-nats.js'], { cwd: user });
    expect(stdout).toContain('The cluster is called A cluster');
  });
});

async function listFiles(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)));
}
