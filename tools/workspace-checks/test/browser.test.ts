import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleForBrowser } from './browser/bundle.js';
import { findChromium, launchChromium } from './browser/chromium.js';
import { becomeChromium68 } from './browser/older-browser.js';
// Types only: the module itself runs in the page.
import type {} from './browser/page.js';
import { servePage, type PageServer } from './browser/serve-page.js';
import { patternsOf, SAMPLES } from './patterns.js';

const TIMEOUT_MS = 300_000;
const chromium = findChromium();
if ('missing' in chromium) console.warn(`The run in a browser is skipped: ${chromium.missing}`);

describe.skipIf('missing' in chromium)('the client in Chromium', { timeout: TIMEOUT_MS }, () => {
  let profile: string;
  let server: PageServer;
  let browser: BrowserContext;
  let page: Page;
  const complaints: string[] = [];

  beforeAll(async () => {
    if ('missing' in chromium) return;
    profile = await mkdtemp(path.join(tmpdir(), 'omega-tv-chromium-'));
    server = await servePage(await bundleForBrowser(new URL('browser/page.ts', import.meta.url)));
    browser = await launchChromium(chromium.path, profile);
    page = await browser.newPage();
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => complaints.push(message.text()));
    await page.addInitScript(becomeChromium68);
    await page.goto(server.url);
    await page.waitForFunction(() => 'tv' in window);
  }, TIMEOUT_MS);

  afterAll(async () => {
    await browser.close();
    await server.close();
    await rm(profile, { recursive: true, force: true });
  });

  it('pushes what it learned, and the books balance on both sides', async () => {
    const patterns = patternsOf(12);
    const samples = patterns.length * SAMPLES;
    for (const device of ['tv-1', 'tv-2']) {
      const { result, books } = await page.evaluate(
        ([deviceId, learned]) => window.tv.sync(deviceId, learned),
        [device, patterns] as const,
      );
      expect(result.patternsPushed).toBe(patterns.length);
      expect(result.fidelity.minCosine).toBeGreaterThanOrEqual(0.99);
      expect(books).toMatchObject({ learned: samples, acknowledged: samples, waiting: 0 });
    }
    expect(server.constellation.report()).toMatchObject({
      devices: 2,
      duplicates: 0,
      refused: 0,
      samplesAccepted: 2 * samples,
    });
  });

  it('receives what the server published', async () => {
    const globals = await server.constellation.publish();
    const { result, published } = await page.evaluate(() => window.tv.sync('tv-3', []));
    expect(result.globalVersion).toBe(1);
    expect(published.length).toBeGreaterThan(0);
    expect(new Set(published)).toEqual(new Set(globals?.patterns.map(({ id }) => id)));
  });

  it('hangs up when its signal aborts', async () => {
    expect(await page.evaluate((url) => window.tv.abort(url), `${server.url}/silent`)).toBe(
      'AbortError',
    );
    await server.hungUp.silent;
  });

  it('abandons an answer that is too large while it streams', async () => {
    expect(await page.evaluate((url) => window.tv.flood(url), `${server.url}/flood`)).toBe(
      'compression-limit',
    );
    await server.hungUp.flood;
  });

  it('breaks no rule of the content security policy', () => {
    expect(complaints).toEqual([]);
  });
});
