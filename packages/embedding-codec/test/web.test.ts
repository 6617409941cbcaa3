import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { expect, it } from '@jest/globals';
import { parseCodebook } from '../src/index.js';
import { miniLmCodebookUrl } from '../src/web/index.js';
import { codec } from './support.js';

it('the codebook for pages is the one for Node', () => {
  expect(parseCodebook(readFileSync(miniLmCodebookUrl)).id).toBe(codec.codebook.id);
});

it('a bundler emits it beside the script, and not into it', async () => {
  const output = await build({
    configFile: false,
    logLevel: 'silent',
    build: {
      write: false,
      rolldownOptions: {
        input: fileURLToPath(new URL('../src/web/index.ts', import.meta.url)),
        preserveEntrySignatures: 'strict',
      },
    },
  });
  if (Array.isArray(output) || !('output' in output)) throw new Error('expected one build');
  const sizes = output.output.map((file) =>
    file.type === 'asset' ? file.source.length : file.code.length,
  );
  expect(sizes).toHaveLength(2);
  expect(Math.max(...sizes)).toBe(readFileSync(miniLmCodebookUrl).length);
  expect(Math.min(...sizes)).toBeLessThan(500);
});
