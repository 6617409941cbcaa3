import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { defineConfig } from 'vitest/config';

/** A guard against hanging, no claim: a busy machine takes many times as long as an idle one. */
const HANG_MS = 300_000;

const packageFiles = ['packages', 'apps', 'tools']
  .map((parent) => path.join(import.meta.dirname, parent))
  .flatMap((parent) => readdirSync(parent).map((name) => path.join(parent, name, 'package.json')))
  .filter((file) => existsSync(file));

export default defineConfig({
  test: {
    testTimeout: HANG_MS,
    hookTimeout: HANG_MS,
    expect: { poll: { timeout: HANG_MS } },
    reporters: ['dot'],
    // Projects named by folder alone would not extend these settings.
    projects: packageFiles.map((file) => {
      const { name } = JSON.parse(readFileSync(file, 'utf8')) as { name: string };
      return { extends: true, root: path.dirname(file), test: { name } };
    }),
  },
});
