import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { bundleScript } from '@omega-tv/test-support';
import { parseCodebook } from '../src/index.js';
import { miniLmCodebookUrl } from '../src/web/index.js';
import { codec } from './support.js';

it('the codebook for pages is the one for Node', () => {
  expect(parseCodebook(readFileSync(miniLmCodebookUrl)).id).toBe(codec.codebook.id);
});

it('a bundler emits it beside the script, and not into it', async () => {
  const entry = new URL('../src/web/index.ts', import.meta.url);
  const { script, assets } = await bundleScript(entry, 'es2022');
  const sizes = [...assets.values()].map(({ length }) => length);
  expect(sizes).toEqual([readFileSync(miniLmCodebookUrl).length]);
  expect(script.length).toBeLessThan(500);
});
