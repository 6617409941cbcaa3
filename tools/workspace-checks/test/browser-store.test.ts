import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { chromiumPath, describeUnless, missingChromium } from '@omega-tv/test-support';
import { becomeChromium68, launchChromium } from '@omega-tv/test-support/chromium';
import { bundleForBrowser } from './browser/bundle.js';
import { servePage, type PageServer } from './browser/serve-page.js';
// Types only: the module itself runs in the page.
import type {} from './browser/store-page.js';
import { patternsOf } from './patterns.js';

const KILLS = 12;
const DEVICE = 'tv-in-a-page';

describeUnless(missingChromium(), 'the store of a page in Chromium', () => {
  let profile: string;
  let server: PageServer;
  let browser: BrowserContext;
  const [pattern] = patternsOf(1);

  beforeAll(async () => {
    profile = await mkdtemp(path.join(tmpdir(), 'omega-tv-chromium-'));
    const entry = new URL('browser/store-page.ts', import.meta.url);
    server = await servePage(await bundleForBrowser(entry));
    browser = await launchChromium(chromiumPath, profile);
  });

  afterAll(async () => {
    await browser.close();
    await server.close();
    await rm(profile, { recursive: true, force: true });
  });

  async function newPage(context = browser): Promise<Page> {
    const page = await context.newPage();
    await page.addInitScript(becomeChromium68);
    // What insecure origins and old engines lack.
    await page.addInitScript(() => {
      Reflect.deleteProperty(Navigator.prototype, 'locks');
      Reflect.deleteProperty(Crypto.prototype, 'randomUUID');
      Reflect.deleteProperty(Crypto.prototype, 'subtle');
    });
    await page.goto(server.url);
    await page.waitForFunction(() => 'storedTv' in window);
    return page;
  }

  const open = (page: Page) => page.evaluate((device) => window.storedTv.open(device), DEVICE);
  const books = (page: Page) => page.evaluate(() => window.storedTv.books());

  const watchOnce = (page: Page) =>
    page.evaluate((one) => window.storedTv.watchOnce(one!), pattern);

  /** Ends the page's process in whatever it does. */
  async function crash(page: Page): Promise<void> {
    const session = await browser.newCDPSession(page);
    const crashed = page.waitForEvent('crash');
    session.send('Page.crash').catch(() => undefined);
    await crashed;
    await page.close();
  }

  it(`loses and doubles no sample when the page is killed in mid-write, ${KILLS} times`, async () => {
    let stored = 0;
    for (let kill = 0; kill < KILLS; kill += 1) {
      const page = await newPage();
      expect(await open(page)).toBe('opened');
      const { learned } = await books(page);
      // The write that the last page was in may have come through or not.
      expect([0, 1]).toContain(learned - stored);
      const before = stored;
      const enough = new Promise<void>((resolve) => {
        page.on('console', (message) => {
          const count = /^stored (\d+)$/.exec(message.text())?.[1];
          if (count === undefined) return;
          stored = Number(count);
          if (stored >= before + 5 + kill) resolve();
        });
      });
      await page.evaluate((one) => {
        window.storedTv.watch(one!);
      }, pattern);
      await enough;
      await crash(page);
    }
    const page = await newPage();
    await open(page);
    await page.evaluate(() => window.storedTv.sync());
    const { learned, acknowledged, waiting } = await books(page);
    expect([0, 1]).toContain(learned - stored);
    expect({ acknowledged, waiting }).toEqual({ acknowledged: learned, waiting: 0 });
    expect(server.constellation.report()).toMatchObject({ samplesAccepted: learned, refused: 0 });
    console.log(`${KILLS} kills: ${learned} samples learned, ${acknowledged} counted`);
    await page.evaluate(() => window.storedTv.close());
    await page.close();
  });

  it('leads in one tab; the other takes its turn when that one is closed, or dies', async () => {
    const first = await newPage();
    await open(first);
    const second = await newPage();
    const opening = open(second);
    await second.waitForFunction(() => document.title === 'waits');
    const { learned } = await books(first);
    await first.close();
    await opening;
    expect(await books(second)).toMatchObject({ learned });

    const third = await newPage();
    const next = open(third);
    await third.waitForFunction(() => document.title === 'waits');
    await crash(second);
    await next;
    expect(await books(third)).toMatchObject({ learned });
    await third.reload();
    await third.waitForFunction(() => 'storedTv' in window);
    await open(third);
    expect(await books(third)).toMatchObject({ learned });
    await third.close();
  });

  it('has its TV in memory while the disk has no room, and on the disk once there is', async () => {
    // A browser of its own: one that has just written goes by the room that it had.
    const other = await mkdtemp(path.join(tmpdir(), 'omega-tv-chromium-'));
    const full = await launchChromium(chromiumPath, other);
    try {
      const session = await full.newCDPSession(await full.newPage());
      const { origin } = new URL(server.url);
      await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 1 });
      const inMemory = await newPage(full);
      expect(await open(inMemory)).toBe('memory-only');
      expect(await watchOnce(inMemory)).toBe('stored');
      await inMemory.evaluate(() => window.storedTv.sync());
      expect(await books(inMemory)).toMatchObject({ waiting: 0 });
      await inMemory.close();

      await session.send('Storage.overrideQuotaForOrigin', { origin });
      const onDisk = await newPage(full);
      expect(await open(onDisk)).toBe('opened');
      expect(await watchOnce(onDisk)).toBe('stored');
      await onDisk.close();
      const again = await newPage(full);
      await open(again);
      expect(await books(again)).toMatchObject({ waiting: pattern!.sample_count + 1 });
    } finally {
      await full.close();
      await rm(other, { recursive: true, force: true });
    }
  });
});
