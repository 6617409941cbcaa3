import { execFile } from 'node:child_process';
import { appendFile, cp, mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { temporaryFolder } from '@omega-tv/test-support';
import { describe, expect, it } from '@jest/globals';
import { listEntryPoints } from '../src/entry-points.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const report = new URL('../dist/report-entry.js', import.meta.url).href;
const run = promisify(execFile);

/** In a process of its own: API Extractor is made for one that is not Jest's. */
async function reportOf(entry: object, temporary: string): Promise<boolean> {
  const script = `const { reportEntry } = await import('${report}');
    console.log(await reportEntry(...${JSON.stringify([entry, temporary, false])}));`;
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', script]);
  return stdout === 'true\n';
}

it('each report says what is built', async () => {
  const { stdout } = await run(process.execPath, [main, '--check']).catch((error: unknown) => {
    const { stdout, stderr } = error as { readonly stdout: string; readonly stderr: string };
    throw new Error(`${stdout}${stderr}`);
  });
  expect(stdout).toBe('');
});

describe('a report', () => {
  it('is another one where an export was added', async () => {
    const entries = await listEntryPoints(root);
    const entry = entries.find(({ name }) => name === '@omega-tv/embedding-codec')!;
    const folder = await temporaryFolder();
    await cp(path.join(entry.folder, 'dist'), path.join(folder, 'dist'), { recursive: true });
    await cp(path.join(entry.folder, 'api'), path.join(folder, 'api'), { recursive: true });
    await cp(path.join(entry.folder, 'package.json'), path.join(folder, 'package.json'));
    const declarations = path.join(folder, 'dist/index.d.ts');
    const temporary = path.join(folder, 'temporary');
    await mkdir(temporary);
    const copy = { ...entry, folder, declarations };
    expect(await reportOf(copy, temporary)).toBe(true);
    await appendFile(declarations, '\nexport declare function added(): number;\n');
    expect(await reportOf(copy, temporary)).toBe(false);
    expect(await readFile(path.join(folder, 'api', entry.report), 'utf8')).not.toContain('added');
  });
});
