import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type axeCore from 'axe-core';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Codecs, openDeltaFrame, type OpenedDelta } from '@omega-tv/compression';
import { createMiniLmCodec } from '@omega-tv/compression/node';
import { PATHS } from '@omega-tv/protocol';
import { describeUnless, missingChromium } from '@omega-tv/test-support';
import { becomeChromium68 } from '@omega-tv/test-support/chromium';
import { openLearned, type LearnedConstellation } from '../src/server/learned-constellation.js';
import { serveScreen, type ScreenServer } from '../src/server/screen-server.js';
import {
  chooseFirst,
  finishFirst,
  focused,
  headings,
  holdExchanges,
  openLiving,
  openScreen,
  press,
  syncNow,
  untilFocused,
  type Living,
} from './support.js';

type DeltaOutline = OpenedDelta['outline'];

const codecs = new Codecs([createMiniLmCodec()]);
const TVS = 30;
const ARRIVED = /What other TVs learned has arrived/;

describeUnless(missingChromium(), 'the screen in Chromium', () => {
  let learned: LearnedConstellation;
  let server: ScreenServer;
  let living: Living;
  let page: Page;
  const complaints: string[] = [];

  beforeAll(async () => {
    learned = await openLearned({
      tvs: TVS,
      seed: 'tests',
      signal: new AbortController().signal,
      onDay: () => undefined,
    });
  });
  afterAll(() => learned.close());

  beforeEach(async () => {
    server = await serveScreen(learned, 0);
    living = await openLiving();
    page = await openScreen(living.browser, server.url);
    page.on('pageerror', ({ message }) => complaints.push(message));
    page.on('console', (message) => {
      if (message.text().includes('Content Security Policy')) complaints.push(message.text());
    });
  });
  afterEach(async () => {
    await living.close();
    await server.close();
    expect(complaints.splice(0)).toEqual([]);
  });

  it('is used with the keys of a remote control alone', async () => {
    const release = await holdExchanges(page);
    await page.getByRole('region', { name: 'Drama' }).waitFor();
    await untilFocused(page, 'Watching: Adults');
    await press(page, 'ArrowRight', 'ArrowRight');
    await untilFocused(page, 'Privacy');
    await press(page, 'ArrowDown', 'ArrowLeft');
    const first = await focused(page);
    await press(page, 'ArrowRight');
    const second = await focused(page);
    expect(second).not.toBe(first);
    await press(page, 'ArrowLeft');
    await untilFocused(page, first);
    await press(page, 'Enter');
    await page.getByRole('dialog').waitFor();
    await untilFocused(page, 'Finish');
    await press(page, 'ArrowRight');
    await untilFocused(page, 'Leave');
    await press(page, 'Backspace');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await untilFocused(page, first);
    await press(page, 'Enter');
    await untilFocused(page, 'Finish');
    await press(page, 'Enter');
    await page.getByRole('region', { name: 'Close to your taste' }).waitFor();
    // The title left its row; what took its place has the focus.
    await page.waitForFunction(() => document.activeElement?.className === 'card');
    expect(await focused(page)).not.toBe('');
    release();
  });

  it('changes its lists after a sync, and says why', async () => {
    const release = await holdExchanges(page);
    await finishFirst(page, 'Crime');
    await finishFirst(page, 'Crime');
    const before = await headings(page);
    expect(before).toContain('Close to your taste');
    expect(before.filter((heading) => heading.startsWith('Viewers'))).toEqual([]);
    release();
    await syncNow(page);
    await page.getByText(ARRIVED).waitFor();
    const after = await headings(page);
    const viewers = after.filter((heading) => heading.startsWith('Viewers'));
    expect(viewers).toHaveLength(1);
    expect(after).toContain('New, and close to your taste');
    const row = page.getByRole('region', { name: viewers[0]! });
    const reasons = await row.locator('.why').allTextContents();
    expect(reasons.length).toBeGreaterThanOrEqual(3);
    for (const reason of reasons)
      expect(reason).toMatch(/^Viewers who finish(ed)? .+ finish this$/);
  });

  it('lets nothing leave without consent, and shows what left with it', async () => {
    const sent = outlinesOf(page);
    await finishFirst(page, 'Comedy');
    await syncNow(page);
    await page.getByText(ARRIVED).waitFor();
    expect(sent.length).toBeGreaterThan(0);
    for (const outline of sent) expectNothingSaid(outline);
    expect(await facts(page)).toMatchObject({ told: 'none', kept: expect.stringMatching(/^1: /) });

    await page.getByRole('button', { name: 'Privacy' }).press('Enter');
    await page.getByRole('switch', { checked: false }).press('Enter');
    await page.getByRole('switch', { checked: true }).waitFor();
    await press(page, 'Escape');
    sent.length = 0;
    await finishFirst(page, 'Comedy');
    const answered = page.waitForResponse(isPush);
    await syncNow(page);
    await answered;
    await page.getByText('Up to date').waitFor();
    expect(await facts(page)).toMatchObject({
      told: expect.stringMatching(/^1: /),
      waiting: 'none',
      kept: expect.stringMatching(/^1: /),
    });
    expect(sent.map(({ engagements }) => engagements)).toMatchObject([
      [{ count: 1, completed: true }],
    ]);
  });

  it('keeps what children watch, whatever adults share', async () => {
    await page.getByRole('button', { name: 'Privacy' }).press('Enter');
    await page.getByRole('switch', { checked: false }).press('Enter');
    await page.getByRole('switch', { checked: true }).waitFor();
    await press(page, 'Escape');
    await page.getByRole('button', { name: 'Watching' }).press('Enter');
    await page.getByRole('button', { name: 'Children' }).press('Enter');
    await finishFirst(page, 'Animation');
    const sent = outlinesOf(page);
    await syncNow(page);
    await page.getByText(ARRIVED).waitFor();
    for (const outline of sent) expectNothingSaid(outline);
    expect(await facts(page)).toMatchObject({ told: 'none', kept: expect.stringMatching(/^1: /) });
  });

  it('says that it is offline, goes on, and comes back', async () => {
    await page.getByRole('region', { name: 'Drama' }).waitFor();
    await living.browser.setOffline(true);
    await syncNow(page);
    await page.getByText(/^Offline/).waitFor();
    await finishFirst(page, 'Drama');
    await page.getByRole('region', { name: 'Close to your taste' }).waitFor();
    await living.browser.setOffline(false);
    await syncNow(page);
    await page.getByText(ARRIVED).waitFor();
    expect(await page.getByText(/^Offline/).count()).toBe(0);
  });

  it('keeps what was finished over a reload, until it is told to forget', async () => {
    const title = await finishFirst(page, 'Science fiction');
    await page.reload();
    await page.getByRole('heading', { name: `Because you finished ${title}` }).waitFor();
    await page.getByRole('button', { name: 'Privacy' }).press('Enter');
    await page.getByRole('button', { name: 'Forget everything' }).press('Enter');
    await page.getByRole('button', { name: 'Press again' }).press('Enter');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.getByText('Choose a title').waitFor();
    await page.reload();
    await page.getByText('Choose a title').waitFor();
    expect(await facts(page)).toMatchObject({ told: 'none', kept: 'none' });
  });

  it('leads in one tab; another waits for its turn', async () => {
    const title = await finishFirst(page, 'Horror');
    const second = await openScreen(living.browser, server.url);
    await second.getByText('This TV is open in another tab').waitFor();
    await page.close();
    await second.getByRole('heading', { name: `Because you finished ${title}` }).waitFor();
  });

  it('runs with what an engine of 2018 has', async () => {
    const old = await living.browser.newPage();
    await page.close();
    await old.addInitScript(becomeChromium68);
    await old.goto(server.url);
    await finishFirst(old, 'Documentary');
    await syncNow(old);
    await old.getByText(ARRIVED).waitFor();
  });

  describe('axe finds no fault', () => {
    const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

    async function violations(): Promise<readonly string[]> {
      // A debugger's evaluation: the policy of the page holds for the page's own scripts.
      await page.evaluate(await readFile(axe, 'utf8'));
      return page.evaluate(async () => {
        const { axe } = window as unknown as { axe: typeof axeCore };
        const found = await axe.run();
        return found.violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''}`);
      });
    }

    it('with the lists of a TV that has synced', async () => {
      await finishFirst(page, 'Crime');
      await syncNow(page);
      await page.getByText(ARRIVED).waitFor();
      expect(await violations()).toEqual([]);
    });

    it('with each panel', async () => {
      await page.getByRole('region', { name: 'Drama' }).waitFor();
      for (const name of ['Watching', 'Privacy', 'What left this TV']) {
        await page.getByRole('button', { name }).press('Enter');
        await page.getByRole('dialog').waitFor();
        expect(await violations()).toEqual([]);
        await press(page, 'Escape');
        await page.getByRole('dialog').waitFor({ state: 'detached' });
      }
      await chooseFirst(page, 'Drama');
      expect(await violations()).toEqual([]);
    });

    it('while another tab has the TV', async () => {
      const leading = page;
      await leading.getByRole('region', { name: 'Drama' }).waitFor();
      page = await openScreen(living.browser, server.url);
      await page.getByText('This TV is open in another tab').waitFor();
      expect(await violations()).toEqual([]);
    });
  });

  it('has a policy that lets in nothing but its own files', async () => {
    const policy = (await fetch(server.url)).headers.get('content-security-policy');
    expect(policy).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self';/);
    expect(policy).not.toMatch(/unsafe|\*|data:|blob:/);
  });
});

function isPush(message: { url(): string }): boolean {
  return message.url().endsWith(PATHS.sync);
}

/** What the page says to the server from now on, as the server reads it. */
function outlinesOf(page: Page): DeltaOutline[] {
  const outlines: DeltaOutline[] = [];
  page.on('request', (request) => {
    const body = request.postDataBuffer();
    if (isPush(request) && body !== null) outlines.push(openDeltaFrame(codecs, body).outline);
  });
  return outlines;
}

/** A question alone: whose TV asks, and what it holds. */
function expectNothingSaid({ patterns, engagements, viewerFactors, taste }: DeltaOutline): void {
  expect({ patterns, engagements, viewerFactors, taste }).toEqual({ patterns: [] });
}

/** What the panel says of where titles are. */
async function facts(page: Page) {
  await page.getByRole('button', { name: 'What left this TV' }).press('Enter');
  await page.locator('dd').first().waitFor();
  const [told, waiting, kept] = await page.locator('dd').allTextContents();
  await press(page, 'Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  return { told, waiting, kept };
}
