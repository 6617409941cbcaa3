import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import axe from 'axe-core';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import {
  createMiniLmCodec,
  createNodeV1Format,
  createNodeV2Format,
} from '@omega-tv/compression/node';
import {
  Constellation,
  createAdminServer,
  createMemoryConstellationStore,
  createServer,
  ServerMetrics,
} from '@omega-tv/constellation';
import { chromiumPath, describeUnless, missingChromium } from '@omega-tv/test-support';
import { patternDataFromWire } from '@omega-tv/types';
import { launchChromium } from '@omega-tv/test-support/chromium';
import { patternsOf } from './patterns.js';

const TOKEN = 'a-token-of-operators';
const DEVICES = 2;
const PATTERNS = 40;
const A_DELTA = 8;

/** A server that samples when a test says so, and what its operators open. */
async function openOperated() {
  const constellation = await Constellation.open({
    store: createMemoryConstellationStore(),
    format: createNodeV1Format(),
    snapshots: { codecs: [createMiniLmCodec()] },
    federation: { minDevices: DEVICES, maxSamplesPerHalfLife: 10_000 },
  });
  const metrics = new ServerMetrics(constellation);
  const app = createServer(constellation, { metrics });
  const sampler = { sample: (): void => undefined };
  const admin = createAdminServer({
    ...{ constellation, metrics, isReady: () => true, token: TOKEN },
    repeat: (work) => {
      sampler.sample = work;
      return () => undefined;
    },
  });
  const url = await admin.listen({ host: '127.0.0.1', port: 0 });
  const format = createNodeV2Format();
  const patterns = patternsOf(PATTERNS).map(patternDataFromWire);
  const push = async (deviceId: string): Promise<void> => {
    for (let i = 0; i < PATTERNS; i += A_DELTA) {
      const delta = {
        deviceId,
        patterns: patterns.slice(i, i + A_DELTA),
        version: 1,
        timestamp: '2026-11-22T10:00:00Z',
        position: { deviceEpoch: 7, seq: 1 + i / A_DELTA },
      };
      const { bytes } = await format.encodeDelta(delta);
      const headers = { 'content-type': format.mediaType, accept: format.accept };
      const payload = Buffer.from(bytes);
      await app.inject({ method: 'POST', url: '/api/v1/sync', headers, payload });
    }
  };
  return {
    ...{ constellation, metrics, app, url, push, sampler },
    close: async () => {
      await admin.close();
      await app.close();
      await constellation.close();
    },
  };
}

describeUnless(missingChromium(), 'the dashboard in Chromium', () => {
  let profile: string;
  let operated: Awaited<ReturnType<typeof openOperated>>;
  let browser: BrowserContext;
  let page: Page;
  const complaints: string[] = [];

  beforeAll(async () => {
    profile = await mkdtemp(path.join(tmpdir(), 'omega-tv-chromium-'));
    operated = await openOperated();
    browser = await launchChromium(chromiumPath, profile);
    page = await browser.newPage();
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => complaints.push(message.text()));
    await page.emulateMedia({ colorScheme: 'light' });
    await page.goto(operated.url);
  });

  afterAll(async () => {
    await browser.close();
    await operated.close();
    await rm(profile, { recursive: true, force: true });
  });

  const shows = (id: string, text: string) =>
    page.waitForFunction(([where, what]) => document.getElementById(where)?.textContent === what, [
      id,
      text,
    ] as const);

  it('asks for the token, by keys alone', async () => {
    await shows('state', 'needs the admin token');
    await page.keyboard.type('another-token-of-theirs');
    await page.keyboard.press('Enter');
    await shows('state', 'this is not the admin token');
    await page.keyboard.type(TOKEN);
    await page.keyboard.press('Enter');
    await shows('state', 'live');
    // What Chromium says itself of each 401.
    expect(complaints.splice(0).every((one) => one.includes('401'))).toBe(true);
  });

  it('shows what changes, while it changes', async () => {
    const { constellation, app, push, sampler, metrics } = operated;
    sampler.sample();
    await shows('devices', '0');
    for (const deviceId of ['tv-1', 'tv-2']) await push(deviceId);
    await app.inject('/nowhere');
    await metrics.timePublications(constellation).publish();
    sampler.sample();
    await shows('devices', String(DEVICES));
    await shows('version', '1');
    await shows('protocols', '100 % v2, 0 % v1');
    const { patterns } = constellation.overview().published;
    expect(patterns.length).toBeGreaterThan(3);
    await shows('patterns', String(patterns.length));
    expect(await page.locator('#map circle').count()).toBe(patterns.length);
    expect(await page.locator('#refusals tr').allTextContents()).toEqual(['protocol1']);
    expect(await page.locator('#versions tr').count()).toBe(1);
    expect(await page.locator('canvas').count()).toBe(5);
  });

  it('tells what the server holds about a device', async () => {
    await page.locator('#device-id').focus();
    await page.keyboard.type('tv-1');
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => document.getElementById('device-held')?.textContent !== '');
    const held = JSON.parse((await page.locator('#device-held').textContent()) ?? '') as unknown;
    expect(held).toMatchObject([{ last: { seq: PATTERNS / A_DELTA } }]);
    await page.locator('#device-id').fill('nobody');
    await page.keyboard.press('Enter');
    await shows('device-held', 'Nothing.');
  });

  it('still draws after a thousand samples', async () => {
    const { sampler, constellation, push } = operated;
    for (let i = 0; i < 1000; i += 1) {
      sampler.sample();
      await new Promise(setImmediate);
    }
    await push('tv-new');
    sampler.sample();
    expect(constellation.report().devices).toBe(DEVICES + 1);
    await shows('devices', String(constellation.report().devices));
    await page.reload();
    await shows('state', 'live');
    await shows('version', '1');
  });

  it('is light or dark as the system is, and has no fault that axe finds', async () => {
    const colors = [];
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      colors.push(await page.evaluate(() => getComputedStyle(document.body).backgroundColor));
      // The debugger's evaluation is no script of the page: its policy does not stop it.
      await page.evaluate(axe.source);
      const violations = await page.evaluate(async () => {
        const found = await (window as unknown as { axe: typeof axe }).axe.run();
        return found.violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]);
      });
      expect(violations).toEqual([]);
    }
    expect(new Set(colors).size).toBe(2);
  });

  it('breaks no rule of its content security policy', () => {
    expect(complaints).toEqual([]);
  });
});
