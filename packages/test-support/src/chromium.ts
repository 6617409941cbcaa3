import { chromium, type BrowserContext } from 'playwright-core';

export { becomeChromium68 } from './older-browser.js';

/** Starts Chromium with a profile of its own, which asks nobody but the page's server. */
export function launchChromium(executablePath: string, profile: string): Promise<BrowserContext> {
  return chromium.launchPersistentContext(profile, {
    executablePath,
    headless: true,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}
