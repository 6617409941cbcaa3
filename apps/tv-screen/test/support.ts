import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import { chromiumPath } from '@omega-tv/test-support';
import { launchChromium } from '@omega-tv/test-support/chromium';

/** A browser with a profile of its own, large as a TV of 720 lines. */
export interface Living {
  readonly browser: BrowserContext;
  close(): Promise<void>;
}

export async function openLiving(): Promise<Living> {
  const profile = await mkdtemp(path.join(tmpdir(), 'omega-tv-screen-'));
  const browser = await launchChromium(chromiumPath, profile);
  return {
    browser,
    close: async () => {
      await browser.close();
      await rm(profile, { recursive: true, force: true });
    },
  };
}

/** What a remote control sends. */
export async function press(page: Page, ...keys: readonly string[]): Promise<void> {
  for (const key of keys) await page.keyboard.press(key);
}

/** What has the focus, by what a screen reader calls it. */
export function focused(page: Page): Promise<string> {
  return page.evaluate(() => {
    const { activeElement } = document;
    return activeElement?.getAttribute('aria-label') ?? activeElement?.textContent ?? '';
  });
}

export async function openScreen(browser: BrowserContext, url: string): Promise<Page> {
  const page = await browser.newPage();
  await page.setViewportSize({ width: 1280, height: 720 });
  await page.goto(url);
  return page;
}

/** Opens the first title whose button this is and finishes it, by keys. */
export async function finish(page: Page, name: RegExp): Promise<void> {
  await page.getByRole('button', { name }).first().focus();
  await press(page, 'Enter');
  await page.getByRole('dialog').waitFor();
  await press(page, 'Enter');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
}
