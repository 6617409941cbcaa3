import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { getQuickJS } from 'quickjs-emscripten';
import { build } from 'vite';
import { beforeAll, describe, expect, it } from 'vitest';

const TIMEOUT_MS = 120_000;
const codebook = readFileSync(
  new URL('../codebook/all-minilm-l6-v2.codebook', import.meta.url),
).toString('hex');
const cases = readFileSync(new URL('golden/golden.json', import.meta.url), 'utf8');
const call = `runGolden(${JSON.stringify(codebook)}, ${JSON.stringify(cases)})`;

describe('the golden messages come out to the bit', { timeout: TIMEOUT_MS }, () => {
  let script: string;
  beforeAll(async () => {
    script = await bundle(new URL('golden/engine-entry.ts', import.meta.url));
  });

  it('in QuickJS, which is not V8', async () => {
    const engine = (await getQuickJS()).newContext();
    engine.unwrapResult(engine.evalCode(script)).dispose();
    const result = engine.unwrapResult(engine.evalCode(call));
    expect(engine.getString(result)).toBe('[]');
    result.dispose();
    engine.dispose();
  });

  it.each([['--jitless'], ['--no-opt']])('in Node with %s', (flag) => {
    const output = execFileSync(process.execPath, [flag, '-'], {
      input: `${script}\nconsole.log(${call});`,
      encoding: 'utf8',
    });
    expect(output.trim()).toBe('[]');
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

async function bundle(entry: URL): Promise<string> {
  const output = await build({
    configFile: false,
    logLevel: 'silent',
    build: {
      write: false,
      target: 'es2020',
      rolldownOptions: { input: fileURLToPath(entry), output: { format: 'iife' } },
    },
  });
  if (Array.isArray(output) || !('output' in output)) throw new Error('expected one build');
  const [chunk] = output.output;
  return chunk.code;
}
