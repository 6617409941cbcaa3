import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { ERROR_TABLE } from '../src/index.js';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

/** Cells of each row of a table in Markdown, whatever its layout. */
function rowsOf(markdown: string): readonly string[] {
  return markdown
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) =>
      line
        .split('|')
        .map((cell) => cell.trim())
        .join('|'),
    );
}

it('the README prints the table of errors as the code has it', () => {
  const printed = new Set(rowsOf(readme));
  const missing = Object.entries(ERROR_TABLE)
    .map(([situation, { kind, means }]) => `|\`${situation}\`|${kind}|${means}|`)
    .filter((row) => !printed.has(row));
  if (missing.length > 0) throw new Error(`README.md lacks these rows:\n${missing.join('\n')}`);
  expect(
    rowsOf(readme).filter((row) => /^\|`(http|refusal|answer|local)\//.test(row)),
  ).toHaveLength(Object.keys(ERROR_TABLE).length);
});
