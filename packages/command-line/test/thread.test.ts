import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { temporaryFolder } from '@omega-tv/test-support';
import { computeInThread } from '../src/index.js';

const PACKAGE = JSON.stringify(new URL('../dist/index.js', import.meta.url).href);

async function moduleOf(compute: string): Promise<URL> {
  const file = path.join(await temporaryFolder(), 'thread.mjs');
  writeFileSync(
    file,
    `import { answerFromThread, CommandError } from ${PACKAGE}; await answerFromThread(${compute});`,
  );
  return pathToFileURL(file);
}

describe('a thread', () => {
  it('tells its stages and its result', async () => {
    const stages: string[] = [];
    const module = await moduleOf('(input, onStage) => { onStage("half"); return input * 2; }');
    const { signal } = new AbortController();
    const onStage = (stage: string) => stages.push(stage);
    expect(await computeInThread(module, 21, { signal, onStage })).toBe(42);
    expect(stages).toEqual(['half']);
  });

  it('throws what the computation throws, with its name and code', async () => {
    const { signal } = new AbortController();
    const options = { signal, onStage: () => undefined };
    const refusing = await moduleOf('() => { throw new CommandError("no") }');
    await expect(computeInThread(refusing, 0, options)).rejects.toMatchObject({
      name: 'CommandError',
      message: 'no',
    });
    const coded = await moduleOf('() => { throw Object.assign(new Error("no"), { code: "c" }) }');
    await expect(computeInThread(coded, 0, options)).rejects.toMatchObject({ code: 'c' });
  });

  it('ends in the middle of an endless computation when it is asked to', async () => {
    const controller = new AbortController();
    const module = await moduleOf('(_, onStage) => { onStage("begun"); for (;;); }');
    const reason = new Error('enough');
    const onStage = () => {
      controller.abort(reason);
    };
    const { signal } = controller;
    await expect(computeInThread(module, 0, { signal, onStage })).rejects.toBe(reason);
  });
});
