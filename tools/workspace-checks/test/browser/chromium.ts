import { existsSync } from 'node:fs';
import { chromium, type BrowserContext } from 'playwright-core';

const PATH = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';

/** Where this machine has Chromium, or why not. */
export function findChromium(): { readonly path: string } | { readonly missing: string } {
  if (existsSync(PATH)) return { path: PATH };
  return { missing: `no Chromium at ${PATH}; install one, or name it in CHROMIUM_PATH` };
}

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
