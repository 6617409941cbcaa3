import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Page } from 'playwright-core';
import { expect, it } from '@jest/globals';
import {
  Constellation,
  createMemoryConstellationStore,
  createServer,
} from '@omega-tv/constellation';
import { createMiniLmCodec, createNodeV1Format } from '@omega-tv/compression/node';
import {
  chromiumPath,
  describeUnless,
  missingChromium,
  onTestFinished,
  temporaryFolder,
} from '@omega-tv/test-support';
import { launchChromium } from '@omega-tv/test-support/chromium';
import { userEnv } from './user-project.js';
import { root } from './workspace.js';

const vite = path.join(root, 'node_modules/vite/bin/vite.js');
const TYPES: Readonly<Record<string, string>> = { '.html': 'text/html', '.js': 'text/javascript' };

/** Builds the page as Vite does by itself, and serves it under one origin with a Constellation. */
async function servePage() {
  const out = await temporaryFolder();
  const args = [vite, 'build', path.join(root, 'examples/page'), '--outDir', out, '--emptyOutDir'];
  const { stderr } = await promisify(execFile)(process.execPath, args, { env: userEnv });
  expect(stderr).toBe('');
  const constellation = await Constellation.open({
    store: createMemoryConstellationStore(),
    format: createNodeV1Format(),
    snapshots: { codecs: [createMiniLmCodec()] },
    federation: { minDevices: 1 },
  });
  const app = createServer(constellation);
  for (const file of await readdir(out, { recursive: true, withFileTypes: true })) {
    if (!file.isFile()) continue;
    const whole = path.join(file.parentPath, file.name);
    const bytes = await readFile(whole);
    const name = path.relative(out, whole).replace('index.html', '');
    const type = TYPES[path.extname(whole)] ?? 'application/octet-stream';
    app.get(`/${name}`, (_request, reply) => reply.type(type).send(bytes));
  }
  onTestFinished(async () => {
    await app.close();
    await constellation.close();
  });
  return { constellation, url: await app.listen({ host: '127.0.0.1', port: 0 }) };
}

describeUnless(missingChromium(), 'the page of the examples in Chromium', () => {
  it('learns, shares, keeps it over a reload, and shows what comes back', async () => {
    const { constellation, url } = await servePage();
    const browser = await launchChromium(chromiumPath, await temporaryFolder());
    onTestFinished(() => browser.close());
    const page = await browser.newPage();
    await page.goto(url);
    // Until its buttons work, it says that it waits for its store.
    await shows(page, '#status', /^(?!waiting)./);
    for (let evening = 1; evening <= 12; evening += 1) {
      await page.getByRole('button', { name: 'Finished one more' }).click();
      await shows(page, '#finished', String(evening));
    }
    await page.reload();
    await shows(page, '#finished', '12');
    await shows(page, '#status', /./);
    await page.getByRole('button', { name: 'Share now' }).click();
    await shows(page, '#status', /^idle/);
    expect(constellation.report()).toMatchObject({ devices: 1, samplesAccepted: 12 });
    await constellation.publish();
    await page.getByRole('button', { name: 'Share now' }).click();
    await shows(page, '#received', '1');
  });
});

/** Waits until an element shows a text. */
async function shows(page: Page, selector: string, text: string | RegExp): Promise<void> {
  const pattern = typeof text === 'string' ? `^${text}$` : text.source;
  await page.waitForFunction(
    ([where, what]) => new RegExp(what).test(document.querySelector(where)?.textContent ?? ''),
    [selector, pattern] as const,
  );
}
