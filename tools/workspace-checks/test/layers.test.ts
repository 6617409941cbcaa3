import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ESLint, type Linter } from 'eslint';
import tseslint from 'typescript-eslint';
import { beforeAll, describe, expect, it } from '@jest/globals';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const client = 'packages/client/src/sync-client.ts';
const inNode = 'packages/client/src/node/level-pattern-store.ts';
const level = 'packages/level/src/index.ts';
const codec = 'packages/embedding-codec/src/index.ts';
const server = 'packages/constellation/src/constellation.ts';
const LAYERS = '@nx/enforce-module-boundaries';
const IMPORTS = 'no-restricted-imports';
const GLOBALS = 'no-restricted-globals';
const PROPERTIES = 'no-restricted-properties';
const SYNTAX = 'no-restricted-syntax';
const guards = [LAYERS, IMPORTS, GLOBALS, PROPERTIES, SYNTAX];

/** Imports that the tags forbid, and the tag that does. */
const forbidden: readonly (readonly [file: string, code: string, tag: string])[] = [
  ['packages/types/src/index.ts', "export * from '@omega-tv/client';", 'layer:types'],
  [level, "export * from '@omega-tv/embedding-codec';", 'layer:level'],
  [level, "export * from '@omega-tv/protocol';", 'layer:level'],
  [codec, "export * from '@omega-tv/types';", 'layer:embedding-codec'],
  [codec, "export * from '@omega-tv/compression';", 'layer:embedding-codec'],
  ['packages/compression/src/index.ts', "export * from '@omega-tv/protocol';", 'layer:compression'],
  ['packages/protocol/src/index.ts', "export * from '@omega-tv/federation';", 'layer:protocol'],
  ['packages/federation/src/index.ts', "export * from '@omega-tv/client';", 'layer:federation'],
  ['packages/federation/src/index.ts', "import '@omega-tv/compression';", 'layer:federation'],
  [client, "export * from '@omega-tv/constellation';", 'layer:client'],
  [client, "export * from '@omega-tv/tv-agent';", 'layer:client'],
  [client, "export * from '@omega-tv/catalogue';", 'layer:client'],
  [client, "void import('@omega-tv/constellation');", 'layer:client'],
  [inNode, "export * from '@omega-tv/constellation';", 'layer:client'],
  [server, "export * from '@omega-tv/client';", 'layer:constellation'],
  [server, "export * from '@omega-tv/mock-constellation';", 'layer:constellation'],
  [server, "export * from '@omega-tv/catalogue';", 'layer:constellation'],
  [server, "export * from '@omega-tv/readme-examples';", 'layer:constellation'],
  ['packages/catalogue/src/index.ts', "export * from '@omega-tv/client';", 'layer:data'],
  [client, "export * from '@omega-tv/constellation';", 'runtime:any'],
  [client, "export * from '@omega-tv/catalogue';", 'runtime:any'],
  ['packages/types/src/index.ts', "export * from '@omega-tv/tv-agent';", 'runtime:any'],
];

/** What else a file must not say, and the rule that refuses it. */
const wrong: readonly (readonly [file: string, code: string, rule: string])[] = [
  ['packages/types/src/index.ts', "export * from '@omega-tv/client';", LAYERS],
  [client, "export * from '../../protocol/src/index.js';", LAYERS],
  [client, "export * from 'fastify';", LAYERS],
  [codec, "import 'node:fs';", IMPORTS],
  [codec, "import './node/index.js';", IMPORTS],
  [client, "import 'node:fs';", IMPORTS],
  [client, "import 'fs';", IMPORTS],
  [client, "export * from 'fs/promises';", IMPORTS],
  [client, "import type { Stats } from 'node:fs'; export type { Stats };", IMPORTS],
  [client, "import 'classic-level';", IMPORTS],
  [client, "import '@mongodb-js/zstd';", IMPORTS],
  [client, "import '@omega-tv/compression/node';", IMPORTS],
  [client, "import '@omega-tv/level/node';", IMPORTS],
  [level, "import 'classic-level';", IMPORTS],
  [client, "import './node/index.js';", IMPORTS],
  [client, "import './node/records.js';", IMPORTS],
  ['packages/client/src/store/skills.ts', "import '../node/records.js';", IMPORTS],
  [client, "void import('node:fs');", SYNTAX],
  [client, "import '@omega-tv/fault-proxy';", LAYERS],

  [client, "export const bytes = Buffer.from('');", GLOBALS],
  [client, 'export const { env } = process;', GLOBALS],
  [client, 'export const { env } = globalThis.process;', GLOBALS],
  [client, 'setImmediate(() => undefined);', GLOBALS],
  [client, 'export const here = __dirname;', GLOBALS],

  ...[client, inNode, server].flatMap(
    (file) =>
      [
        [file, 'export const nowMs = Date.now();', PROPERTIES],
        [file, 'export const { now } = Date;', PROPERTIES],
        [file, 'export const chance = Math.random();', PROPERTIES],
        [file, 'export const now = new Date();', SYNTAX],
        [file, 'export const now = Date();', SYNTAX],
        [file, 'export const nowMs = performance.now();', PROPERTIES],
      ] as const,
  ),
];

const right: readonly (readonly [file: string, code: string])[] = [
  [client, "export * from '@omega-tv/protocol';"],
  [client, "export * from './store/skills.js';"],
  [client, 'export const at = new Date(0);'],
  ['packages/protocol/src/http/send-with-axios.ts', "import '#http-platform';"],
  [inNode, "export * from 'node:fs';"],
  [inNode, "export * from '@omega-tv/level/node';"],
  ['packages/level/src/node/index.ts', "export * from 'classic-level';"],
  [inNode, "export const bytes = Buffer.from('');"],
  ['packages/types/src/system.ts', 'export const clock = { nowMs: Date.now };'],
  [server, "export * from '@omega-tv/federation';"],
  [server, "export * from 'node:fs';"],
  ['apps/tv-agent/src/main.ts', "export * from '@omega-tv/client/node';"],
  ['apps/tv-agent/src/main.ts', 'export const nowMs = Date.now();'],
];

/** None of these rules needs types, and without them the whole table takes seconds. */
const untyped = tseslint.configs.disableTypeChecked;
const eslint = new ESLint({ cwd: root, overrideConfig: untyped });

interface Boundaries {
  readonly depConstraints: readonly { readonly sourceTag: string }[];
}

/** The configuration with one kind of tags only, so that no other check can refuse an import. */
async function withTagsOnly(kind: string): Promise<ESLint> {
  const { rules } = (await eslint.calculateConfigForFile(client)) as {
    rules: Record<typeof LAYERS, readonly [severity: number, boundaries: Boundaries]>;
  };
  const [severity, boundaries] = rules[LAYERS];
  const depConstraints = boundaries.depConstraints.filter(({ sourceTag }) =>
    sourceTag.startsWith(kind),
  );
  const options = { ...boundaries, depConstraints, ignoredCircularDependencies: [['*', '*']] };
  const onlyTags = { rules: { [LAYERS]: [severity, options] } } as Linter.Config;
  return new ESLint({ cwd: root, overrideConfig: [untyped, onlyTags] });
}

async function messages(linter: ESLint, file: string, code: string) {
  const [result] = await linter.lintText(code, { filePath: path.join(root, file) });
  return result?.messages ?? [];
}

/** The guards that a file breaks, or why it could not be linted. */
async function refusals(file: string, code: string): Promise<readonly string[]> {
  return (await messages(eslint, file, code))
    .map(({ ruleId, message }) => ruleId ?? message)
    .filter((rule) => guards.includes(rule) || rule.includes(' '));
}

describe('the tags', () => {
  let linters: Readonly<Record<'layer' | 'runtime', ESLint>>;
  beforeAll(async () => {
    linters = { layer: await withTagsOnly('layer:'), runtime: await withTagsOnly('runtime:') };
  });

  it.each(forbidden)('refuse in %s: %s, by %s', async (file, code, tag) => {
    const linter = tag.startsWith('layer:') ? linters.layer : linters.runtime;
    const found = (await messages(linter, file, code)).map(({ message }) => message);
    expect(found).toContainEqual(expect.stringContaining(`A project tagged with "${tag}"`));
  });
});

describe('the lint rules', () => {
  it.each(wrong)('refuse in %s: %s', async (file, code, rule) => {
    expect(await refusals(file, code)).toContain(rule);
  });

  it.each(right)('accept in %s: %s', async (file, code) => {
    expect(await refusals(file, code)).toEqual([]);
  });
});
