import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { getQuickJS } from 'quickjs-emscripten';
import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  bundleScript,
  chromiumPath,
  itUnless,
  missingChromium,
  missingOtherNodes,
  otherNodes,
} from '@omega-tv/test-support';

const codebook = readFileSync(
  new URL('../codebook/all-minilm-l6-v2.codebook', import.meta.url),
).toString('hex');
const cases = readFileSync(new URL('golden/golden.json', import.meta.url), 'utf8');
const entry = new URL('golden/engine-entry.ts', import.meta.url);
const call = `runGolden(${JSON.stringify(codebook)}, ${JSON.stringify(cases)})`;

describe('the golden messages come out to the bit', () => {
  let script: string;
  beforeAll(async () => {
    ({ script } = await bundleScript(entry, 'es2020', 'iife'));
  });

  it('in QuickJS, which is not V8', async () => {
    const engine = (await getQuickJS()).newContext();
    engine.unwrapResult(engine.evalCode(script)).dispose();
    const result = engine.unwrapResult(engine.evalCode(call));
    expect(engine.getString(result)).toBe('[]');
    result.dispose();
    engine.dispose();
  });

  /** Runs the cases after what else the script is to print. */
  function runInNode(node: string, args: readonly string[], print: string): string {
    const input = `${script}\nconsole.log(${print}, ${call});`;
    return execFileSync(node, [...args, '-'], { input, encoding: 'utf8' }).trim();
  }

  it.each([['--jitless'], ['--no-opt']])('in Node with %s', (flag) => {
    expect(runInNode(process.execPath, [flag], "'differ:'")).toBe('differ: []');
  });

  itUnless(missingOtherNodes(), 'in other versions of Node', () => {
    const runs = otherNodes.map((node) => runInNode(node, [], 'process.version').split(' '));
    expect(runs.map(([, result]) => result)).toEqual(otherNodes.map(() => '[]'));
    const versions = new Set([process.version, ...runs.map(([version]) => version)]);
    expect(versions.size).toBe(otherNodes.length + 1);
  });

  itUnless(missingChromium(), 'in Chromium', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'omega-tv-engines-'));
    try {
      const page = path.join(folder, 'page.html');
      const code = `${script}\ndocument.title = 'differ: ' + ${call};`.replaceAll('</', '<\\/');
      writeFileSync(page, `<!doctype html><title></title><script>${code}</script>`);
      const output = execFileSync(
        chromiumPath,
        [
          '--headless',
          '--no-sandbox',
          '--disable-gpu',
          '--disable-background-networking',
          `--user-data-dir=${path.join(folder, 'profile')}`,
          '--dump-dom',
          pathToFileURL(page).href,
        ],
        { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], maxBuffer: 1e8 },
      );
      expect(/<title>(.*?)<\/title>/.exec(output)?.[1]).toBe('differ: []');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('or are missed, where one differs', async () => {
    const engine = (await getQuickJS()).newContext();
    engine.unwrapResult(engine.evalCode(script)).dispose();
    const changed = call.replace(
      /\\"decoded\\": \\"(.)/,
      (text, digit: string) => text.slice(0, -1) + (digit === '0' ? '1' : '0'),
    );
    const result = engine.unwrapResult(engine.evalCode(changed));
    expect(engine.getString(result)).toBe('["download, titles"]');
    result.dispose();
    engine.dispose();
  });
});
