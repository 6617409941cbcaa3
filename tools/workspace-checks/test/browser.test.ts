import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { patternDataToWire, type PatternDataWire } from '@omega-tv/types';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { chromiumPath, describeUnless, missingChromium } from '@omega-tv/test-support';
import { becomeChromium68, launchChromium } from '@omega-tv/test-support/chromium';
import { bundleForBrowser } from './browser/bundle.js';
// Types only: the module itself runs in the page.
import type {} from './browser/page.js';
import { servePage, type PageServer } from './browser/serve-page.js';
import { patternsOf, SAMPLES } from './patterns.js';

const FIRST = 8;

describeUnless(missingChromium(), 'the client in Chromium', () => {
  let profile: string;
  let server: PageServer;
  let browser: BrowserContext;
  let page: Page;
  const complaints: string[] = [];

  beforeAll(async () => {
    profile = await mkdtemp(path.join(tmpdir(), 'omega-tv-chromium-'));
    server = await servePage(await bundleForBrowser(new URL('browser/page.ts', import.meta.url)));
    browser = await launchChromium(chromiumPath, profile);
    page = await browser.newPage();
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => complaints.push(message.text()));
    await page.addInitScript(becomeChromium68);
    await page.goto(server.url);
    await page.waitForFunction(() => 'tv' in window);
  });

  afterAll(async () => {
    await browser.close();
    await server.close();
    await rm(profile, { recursive: true, force: true });
  });

  const patterns = patternsOf(FIRST + 1);

  function sync(...args: Parameters<Window['tv']['sync']>) {
    return page.evaluate((given) => window.tv.sync(...given), args);
  }

  /** The patterns of the newest version, as the server decodes it. */
  function newest() {
    return byId((server.constellation.window?.newest?.patterns ?? []).map(patternDataToWire));
  }

  it('pushes what it learned, and the books balance on both sides', async () => {
    const learned = patterns.slice(0, FIRST);
    const samples = FIRST * SAMPLES;
    for (const device of ['tv-1', 'tv-2']) {
      const { result, books } = await sync('v2', device, learned);
      expect(result).toMatchObject({ protocolVersion: 2, patternsPushed: FIRST });
      expect(result.fidelity.meanCosine).toBeGreaterThanOrEqual(0.98);
      expect(books).toMatchObject({ learned: samples, acknowledged: samples, waiting: 0 });
    }
    expect(server.constellation.report()).toMatchObject({
      devices: 2,
      duplicates: 0,
      refused: 0,
      samplesAccepted: 2 * samples,
    });
  });

  it('receives a snapshot, then a diff to it, bit for bit what the server published', async () => {
    await server.constellation.publish();
    const whole = await sync('v2', 'tv-1', []);
    expect(whole.result.globalVersion).toBe(1);
    expect(whole.published.length).toBeGreaterThan(0);
    expect(byId(whole.published)).toEqual(newest());

    for (const device of ['tv-1', 'tv-2']) await sync('v2', device, patterns.slice(FIRST));
    await server.constellation.publish();
    const diff = await sync('v2', 'tv-1', []);
    expect(diff.result.globalVersion).toBe(2);
    expect(diff.published.length).toBeGreaterThan(whole.published.length);
    expect(byId(diff.published)).toEqual(newest());
    const newcomer = await sync('v2', 'tv-3', []);
    expect(byId(newcomer.published)).toEqual(newest());
    expect(diff.result.bytesReceived).toBeLessThan(newcomer.result.bytesReceived);
    expect(diff.books).toMatchObject({ acknowledged: patterns.length * SAMPLES, waiting: 0 });
  });

  it('speaks v1 too, with a zstd of its own', async () => {
    const before = server.constellation.report().samplesAccepted;
    const { result, books, published } = await sync('v1', 'tv-old', patterns.slice(0, 2));
    expect(result).toMatchObject({ protocolVersion: 1, patternsPushed: 2, globalVersion: 2 });
    expect(books).toMatchObject({ acknowledged: 2 * SAMPLES, waiting: 0 });
    expect(server.constellation.report().samplesAccepted - before).toBe(2 * SAMPLES);
    expect(published.map(({ id }) => id).sort()).toEqual(newest().map(({ id }) => id));
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

  it('follows redirects with what it asks, not with what it pushes (rule 3.7)', async () => {
    expect(await page.evaluate((url) => window.tv.redirected(url), `${server.url}/moved`)).toEqual([
      true,
      'redirect',
    ]);
  });

  it('breaks no rule of the content security policy', () => {
    expect(complaints).toEqual([]);
  });
});

function byId(patterns: readonly PatternDataWire[]): readonly PatternDataWire[] {
  return [...patterns].sort((a, b) => (a.id < b.id ? -1 : 1));
}
