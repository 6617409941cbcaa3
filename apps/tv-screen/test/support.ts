import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import { chromiumPath } from '@omega-tv/test-support';
import { launchChromium } from '@omega-tv/test-support/chromium';

/** A browser with a profile of its own. */
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

/** Waits until the focus has come to what a screen reader calls so: effects move it. */
export async function untilFocused(page: Page, name: string): Promise<void> {
  await page.waitForFunction((wanted) => {
    const { activeElement } = document;
    return (activeElement?.getAttribute('aria-label') ?? activeElement?.textContent) === wanted;
  }, name);
}

export async function openScreen(browser: BrowserContext, url: string): Promise<Page> {
  const page = await browser.newPage();
  await page.setViewportSize({ width: 1280, height: 720 });
  await page.goto(url);
  return page;
}

/** Opens the first title of a row, by its heading; returns its name. */
export async function chooseFirst(page: Page, row: string): Promise<string> {
  await page
    .getByRole('region', { name: row, exact: true })
    .getByRole('button')
    .first()
    .press('Enter');
  const dialog = page.getByRole('dialog');
  await dialog.waitFor();
  return dialog.getByRole('heading').innerText();
}

/** Finishes the first title of a row; returns its name once the lists have heard of it. */
export async function finishFirst(page: Page, row: string): Promise<string> {
  const title = await chooseFirst(page, row);
  await untilFocused(page, 'Finish');
  await press(page, 'Enter');
  await page.getByRole('heading', { name: `Because you finished ${title}`, exact: true }).waitFor();
  return title;
}

/**
 * Holds the page's exchanges back, until what this returns is called: the first comes within a minute,
 * wherever a test is by then.
 */
export async function holdExchanges(page: Page): Promise<() => void> {
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  await page.route('**/api/v1/**', async (route) => {
    await released;
    // By then the page may have been closed.
    await route.continue().catch(() => undefined);
  });
  return release;
}

export async function syncNow(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Sync now' }).press('Enter');
}

/** The headings of the rows, from the top. */
export function headings(page: Page): Promise<readonly string[]> {
  return page.getByRole('heading', { level: 2 }).allTextContents();
}
