import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { listFiles, listProjects, listPublished, root } from './workspace.js';

const MAX_LINES = 400;
const REPOSITORY = 'https://github.com/omega-tv/omega-tv-sync';
const MIN_KEYWORDS = 3;

const files = listFiles();

function read(file: string): string {
  return readFileSync(path.join(root, file), 'utf8');
}

/** `file:line` of each match. */
function matches(among: readonly string[], pattern: RegExp): readonly string[] {
  return among.flatMap((file) =>
    read(file)
      .split('\n')
      .flatMap((line, index) => (pattern.test(line) ? [`${file}:${index + 1}`] : [])),
  );
}

interface LockedPackage {
  readonly link?: boolean;
  readonly integrity?: string;
  readonly hasInstallScript?: boolean;
}

/** What npm installs from elsewhere, by its folder. */
function lockedPackages(): readonly (readonly [folder: string, LockedPackage])[] {
  const lock = JSON.parse(read('package-lock.json')) as {
    packages: Readonly<Record<string, LockedPackage>>;
  };
  return Object.entries(lock.packages).filter(([folder]) => folder.includes('node_modules/'));
}

describe('the repository', () => {
  const sources = files.filter((file) => /\.(ts|js|mjs)$/.test(file));
  const tests = sources.filter((file) => file.includes('/test/'));

  it('holds its sources and tests', () => {
    expect(sources.length).toBeGreaterThan(100);
    expect(tests.length).toBeGreaterThan(20);
  });

  it('has no file that is too long', () => {
    // The last release is one file, as a bundler wrote it.
    const written = sources.filter((file) => !file.startsWith('packages/last-release/release/'));
    const long = written.filter((file) => read(file).trimEnd().split('\n').length > MAX_LINES);
    expect(long).toEqual([]);
  });

  it('names no folder of the machine that it was written on', () => {
    const data = 'packages/catalogue/data/';
    const texts = files.filter((file) => !file.startsWith(data) && !/\.(f16|bin|zst)$/.test(file));
    expect(matches(texts, /(?<![\w.])\/(?:work|root|home)\//)).toEqual([]);
  });

  it('names no registry in its lock file', () => {
    expect(matches(['package-lock.json'], /"resolved": "(?:git\+)?(?:http|ssh)/)).toEqual([]);
  });

  it('locks each package from a registry by its hash', () => {
    const unlocked = lockedPackages().filter(([, { link, integrity }]) => !link && !integrity);
    expect(unlocked.map(([folder]) => folder)).toEqual([]);
  });

  it('says of each package with an install script that it may run', () => {
    const { allowScripts } = JSON.parse(read('package.json')) as { allowScripts: object };
    const withScripts = lockedPackages().filter(([, { hasInstallScript }]) => hasInstallScript);
    const names = withScripts.map(([folder]) => folder.replace(/^.*node_modules\//, ''));
    expect(names.filter((name) => name !== 'fsevents').sort()).toEqual(
      Object.keys(allowScripts).sort(),
    );
  });

  it('skips no test and prefers none', () => {
    const marks =
      /(?<![\w.])(?:(?:it|test|describe)(?:\.\w+)*\.(?:only|skip|todo|fails)\b|[xf](?:it|describe)\()/;
    expect(matches(tests, marks)).toEqual([]);
  });
});

describe.each(listProjects())('$manifest.name', ({ folder, manifest }) => {
  it('has one layer and one runtime', () => {
    const kinds = manifest.nx?.tags.map((tag) => tag.split(':')[0]).sort();
    expect(kinds).toEqual(['layer', 'runtime']);
  });

  it('is described, licensed and bound to the engines it runs on', () => {
    expect(manifest.description).toMatch(/\.$/);
    expect(manifest.license).toBe('MIT');
    expect(manifest.engines?.node).toBe('>=20.20');
    if (!folder.startsWith('packages/')) expect(manifest.private).toBe(true);
  });
});

describe.each(listPublished())('$manifest.name, to be published', (project) => {
  const { folder, manifest } = project;

  it('has a README and the licence', () => {
    expect(read(`${folder}/README.md`)).toContain(`# ${manifest.name}`);
    expect(read(`${folder}/LICENSE`)).toBe(read('LICENSE'));
  });

  it('says where its source lies, where faults are reported, and what it is about', () => {
    expect(manifest.repository).toEqual({
      type: 'git',
      url: `git+${REPOSITORY}.git`,
      directory: folder,
    });
    expect(manifest.homepage).toBe(`${REPOSITORY}/tree/main/${folder}#readme`);
    expect(manifest.bugs).toBe(`${REPOSITORY}/issues`);
    expect(new Set(manifest.keywords).size).toBeGreaterThanOrEqual(MIN_KEYWORDS);
  });

  it('exports each entry with its types, and has no side effects', () => {
    expect(manifest.sideEffects).toBe(false);
    const { './package.json': itself, ...entries } = manifest.exports;
    expect(itself).toBe('./package.json');
    expect(Object.keys(entries)).toContain('.');
    for (const [name, entry] of Object.entries(entries)) {
      const file = name === '.' ? './dist/index' : `./dist/${name.slice(2)}/index`;
      expect(entry).toEqual({ types: `${file}.d.ts`, default: `${file}.js` });
    }
  });

  it('needs nothing private at run time', () => {
    const published = listPublished().map((other) => other.manifest.name);
    const own = Object.keys(manifest.dependencies ?? {}).filter((name) =>
      name.startsWith('@omega-tv/'),
    );
    expect(published).toEqual(expect.arrayContaining(own));
  });
});
