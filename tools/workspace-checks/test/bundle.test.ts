import { parse, tokTypes } from 'acorn';
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { Bundle } from '@omega-tv/test-support';
import { bundleForBrowser, gzipBytes } from './browser/bundle.js';

const MAX_GZIP_BYTES = 100_000;
const webOnly = new URL('browser/web-only.ts', import.meta.url);
const clientOnly = new URL('browser/client-only.ts', import.meta.url);

describe.each([
  ['the client', clientOnly],
  ['a page that remembers', webOnly],
  ['a page that syncs', new URL('browser/page.ts', import.meta.url)],
])('the browser bundle of %s', (_, entry) => {
  let bundle: Bundle;
  beforeAll(async () => {
    bundle = await bundleForBrowser(entry);
  });

  it('reaches no built-in of Node', () => {
    expect(bundle.complaints).toEqual([]);
    expect(bundle.script).not.toMatch(/["']node:/);
  });

  it('keeps to the syntax of Chromium 68', () => {
    // Of ES2020 it lacks `?.` and `??`; bigints, import() and import.meta it has.
    const newer: string[] = [];
    parse(bundle.script, {
      ecmaVersion: 2020,
      sourceType: 'module',
      onToken: ({ type, start }) => {
        if (type === tokTypes.questionDot || type === tokTypes.coalesce) {
          newer.push(bundle.script.slice(start - 20, start + 20));
        }
      },
    });
    expect(newer).toEqual([]);
  });

  it('makes no code from text', () => {
    expect(bundle.script).not.toMatch(/\beval\s*\(|\bFunction\s*\(/);
  });
});

it('complains of a built-in of Node', async () => {
  const { complaints } = await bundleForBrowser(new URL('browser/needs-node.ts', import.meta.url));
  expect(complaints.join()).toContain('built-in of Node');
});

describe('the bundle of', () => {
  it.each([
    ['@omega-tv/client', clientOnly],
    ['@omega-tv/client/web', webOnly],
  ])('%s is small', async (name, entry) => {
    const { script } = await bundleForBrowser(entry);
    const bytes = gzipBytes(script);
    console.log(`${name} in a browser: ${script.length} bytes, ${bytes} gzipped`);
    expect(bytes).toBeLessThan(MAX_GZIP_BYTES);
  });
});
