import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';

/** Engines may round these as they like (ECMA-262, 21.3.2). */
const APPROXIMATE =
  /Math\s*\.\s*(?:a?(?:sin|cos|tan)h?|atan2|exp|expm1|log|log10|log1p|log2|pow|cbrt|hypot|random)\b|\*\*/;
const folders = ['../src/', '../../../tools/codebook/src/'].map((folder) =>
  fileURLToPath(new URL(folder, import.meta.url)),
);

describe('the coding path and the trainer', () => {
  const files = folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => path.join(folder, name)),
  );

  it.each(files)('%s uses only what IEEE 754 fixes', (file) => {
    const code = readFileSync(file, 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '');
    expect(code).not.toMatch(APPROXIMATE);
    expect(code).not.toMatch(/\bMath\s*\[|=\s*Math\s*;/);
  });

  it('reads real sources', () => {
    expect(files.length).toBeGreaterThan(30);
    expect('Math.exp(x)').toMatch(APPROXIMATE);
  });
});
