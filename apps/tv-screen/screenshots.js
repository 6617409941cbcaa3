// Makes the pictures of the README: npm run tv-screen:screenshots
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { chromium } from 'playwright-core';
import { openLearned } from './dist/server/learned-constellation.js';
import { serveScreen } from './dist/server/screen-server.js';

const folder = process.argv[2] ?? 'docs/screenshots';

await mkdir(folder, { recursive: true });
const profile = await mkdtemp(path.join(tmpdir(), 'omega-tv-screenshots-'));
const learned = await openLearned({
  tvs: 100,
  seed: 'tv-screen',
  signal: new AbortController().signal,
  onDay: (day, days) => process.stderr.write(`day ${day} of ${days} learned\n`),
});
const server = await serveScreen(learned, 0);
const browser = await chromium.launchPersistentContext(profile, {
  executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu'],
  viewport: { width: 1280, height: 720 },
});
try {
  const page = await browser.newPage();
  const shot = (name) => page.screenshot({ path: path.join(folder, `tv-screen-${name}.png`) });
  await page.goto(server.url);
  await page.getByRole('button', { name: 'Privacy' }).press('Enter');
  await page.getByRole('switch').press('Enter');
  await page.getByRole('switch', { checked: true }).waitFor();
  await page.keyboard.press('Escape');
  const crime = page.getByRole('region', { name: 'Crime' }).getByRole('button');
  for (let i = 0; i < 3; i += 1) {
    await crime.nth(i).press('Enter');
    await page.getByRole('button', { name: 'Finish', exact: true }).press('Enter');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  }
  await page.getByRole('button', { name: 'Sync now' }).press('Enter');
  await page.getByText('What other TVs learned has arrived').waitFor();
  await page.keyboard.press('ArrowDown');
  await shot('rows');
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').waitFor();
  await shot('title');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'What left this TV' }).press('Enter');
  await page.getByText('A record under').waitFor();
  await shot('left');
} finally {
  await browser.close();
  await server.close();
  await learned.close();
  await rm(profile, { recursive: true, force: true });
}
