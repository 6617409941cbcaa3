import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  Constellation,
  createMemoryConstellationStore,
  createServer,
} from '@omega-tv/constellation';
import { createMiniLmCodec, createNodeV1Format } from '@omega-tv/compression/node';
import { readExamples } from '@omega-tv/readme-examples';
import { compile, createUserProject, install, packAll, userEnv } from './user-project.js';
import { root } from './workspace.js';

const run = promisify(execFile);
const vite = path.join(root, 'node_modules/vite/bin/vite.js');

function documentOf(file: string): URL {
  return pathToFileURL(path.join(root, file));
}

/** A TV's project: what the line for a TV installs, and the types of Node. */
let project: string;

beforeAll(async () => {
  project = await createUserProject();
  const [tv] = await packAll(path.join(project, 'packs'));
  await install(project, tv);
});

afterAll(async () => {
  await rm(project, { recursive: true, force: true });
});

describe('what the line for a TV installs', () => {
  it('is the client and what it needs, and nothing of the server', async () => {
    expect((await readdir(path.join(project, 'node_modules/@omega-tv'))).sort()).toEqual([
      'client',
      'compression',
      'embedding-codec',
      'federation',
      'level',
      'protocol',
      'types',
    ]);
  });

  it('type-checks and runs the example of the README against a server', async () => {
    await install(project, 'npm install @types/node@20');
    const [example] = await readExamples(documentOf('README.md'));
    const program = path.join(project, 'tv.ts');
    await writeFile(program, example?.source ?? '');
    await compile(project, program);

    const constellation = await Constellation.open({
      store: createMemoryConstellationStore(),
      format: createNodeV1Format(),
      snapshots: { codecs: [createMiniLmCodec()] },
    });
    const server = createServer(constellation);
    const url = await server.listen({ host: '127.0.0.1', port: 0 });
    const env = { ...userEnv, CONSTELLATION_URL: url, FORCE_COLOR: '0' };
    const { stdout } = await run(process.execPath, ['tv.js'], { cwd: project, env });
    expect(stdout.trimEnd().split('\n')).toEqual(example?.promised);
    expect(constellation.report()).toMatchObject({ devices: 1, samplesAccepted: 12 });
    await server.close();
    await constellation.close();
  });
});

describe('a Vite app', () => {
  /** Builds an app with the settings that Vite has by itself. */
  async function build(name: string, main: string, sync = '') {
    const app = path.join(project, name);
    await mkdir(app);
    await writeFile(path.join(app, 'main.ts'), main);
    await writeFile(path.join(app, 'sync.ts'), sync);
    const html = '<!doctype html><title>TV</title><script type="module" src="/main.ts"></script>';
    await writeFile(path.join(app, 'index.html'), html);
    const env = { ...userEnv, FORCE_COLOR: '0' };
    const { stderr } = await run(process.execPath, [vite, 'build'], { cwd: app, env });
    const assets = await readdir(path.join(app, 'dist/assets'));
    const scripts = await Promise.all(
      assets
        .filter((file) => file.endsWith('.js'))
        .map((file) => readFile(path.join(app, 'dist/assets', file), 'utf8')),
    );
    return { warnings: stderr, assets, script: scripts.join('\n') };
  }

  it('builds from the roots without a warning, a built-in of Node or a native package', async () => {
    const [, , browser] = await readExamples(documentOf('docs/RECIPES.md'));
    const { warnings, script, assets } = await build(
      'app',
      "import { startSync } from './sync.js';\nawait startSync(location.origin, 'page');\n",
      browser?.source,
    );
    expect(warnings).toBe('');
    expect(script).toContain('/api/v1/sync');
    expect(script).not.toMatch(/["']node:|__vite-browser-external|classic-level|\.node["']/);
    expect(assets).toContainEqual(expect.stringMatching(/\.codebook$/));
    await compile(project, path.join(project, 'app/main.ts'));
  });

  it('is warned of where it imports what needs Node', async () => {
    const source =
      "import { openLevelPatternStore } from '@omega-tv/client/node';\nconsole.log(openLevelPatternStore);\n";
    const { warnings } = await build('needs-node', source);
    expect(warnings).toContain('externalized for browser compatibility');
  });
});
