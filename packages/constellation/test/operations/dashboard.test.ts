import type { AddressInfo } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { onTestFinished } from '@omega-tv/test-support';
import { createAdminServer, createServer, ServerMetrics } from '../../src/index.js';
import { EventParser } from '../../src/operations/dashboard/page/event-stream.js';
import type { DashboardEvents } from '../../src/operations/dashboard/event-feed.js';
import { openConstellation, patternOf, TestClock } from '../support.js';
import { format, placedDelta, snapshots } from '../v2/support.js';

const TOKEN = 'a-token-of-operators';
const bearer = { authorization: `Bearer ${TOKEN}` };

/** A server that samples when a test says so. */
async function open(options: { readonly token?: string } = {}) {
  const constellation = await openConstellation({ snapshots });
  const metrics = new ServerMetrics(constellation);
  const app = createServer(constellation, { metrics });
  let sample = (): void => undefined;
  const clock = new TestClock();
  let monotonic = 0;
  const admin = createAdminServer({
    ...{ constellation, metrics, isReady: () => true, ...options },
    clock: { nowMs: () => clock.timeMs, monotonicMs: () => (monotonic += 1000) },
    repeat: (work) => {
      sample = work;
      return () => {
        sample = () => undefined;
      };
    },
  });
  await admin.listen({ host: '127.0.0.1', port: 0 });
  onTestFinished(async () => {
    await admin.close();
    await app.close();
    await constellation.close();
  });
  const { port } = admin.server.address() as AddressInfo;
  const push = async (deviceId: string, seq = 1) => {
    const { bytes } = await format.encodeDelta(placedDelta(deviceId, seq, patternOf(0)));
    return app.inject({
      method: 'POST',
      url: '/api/v1/sync',
      headers: { 'content-type': format.mediaType },
      payload: Buffer.from(bytes),
    });
  };
  return {
    ...{ constellation, admin, app, push, url: `http://127.0.0.1:${port}` },
    sample: () => {
      sample();
    },
  };
}

/** The events of a page, one after another; undefined at their end. */
async function follow(url: string) {
  const response = await fetch(`${url}/events`);
  expect(response.headers.get('content-type')).toBe('text/event-stream');
  const reader = response.body!.getReader();
  const decoder = new TextDecoder();
  const parser = new EventParser();
  const waiting: { name: string; data: string }[] = [];
  return {
    close: () => reader.cancel(),
    next: async <Name extends keyof DashboardEvents>(name: Name) => {
      while (waiting.length === 0) {
        const { done, value } = await reader.read();
        if (done) return undefined;
        waiting.push(...parser.add(decoder.decode(value, { stream: true })));
      }
      const event = waiting.shift()!;
      expect(event.name).toBe(name);
      return JSON.parse(event.data) as DashboardEvents[Name];
    },
  };
}

describe('the events of the dashboard', () => {
  it('say what the server did, live, and what it did before', async () => {
    const { url, push, app, sample, constellation } = await open();
    const page = await follow(url);
    expect(await page.next('history')).toEqual([]);
    expect(await page.next('published')).toMatchObject({ version: 0, minDevices: 3, patterns: [] });
    await push('tv-1');
    await app.inject('/none');
    sample();
    expect(await page.next('sample')).toMatchObject({
      syncs: { v1: 0, v2: 1 },
      refusals: { protocol: 1 },
      report: { devices: 1, deltasApplied: 1, samplesAccepted: 12 },
      window: { minMs: 0, maxMs: 15 * 60 * 1000 },
      cohorts: { patterns: { closed: 0, waiting: 1 } },
    });
    for (const device of ['tv-2', 'tv-3']) await push(device);
    await constellation.publish();
    sample();
    const second = await page.next('sample');
    expect(second?.cohorts.patterns).toMatchObject({ closed: 1, waiting: 0 });
    expect(second!.durations.at(-1)).toBe(3);
    const published = await page.next('published');
    expect(published).toMatchObject({ version: 1, versions: [{ version: 1 }] });
    expect(published?.versions[0]?.bytes).toBe(
      constellation.window?.frameOfNewest(undefined)?.length,
    );
    const [pattern] = published!.patterns;
    const [newest] = constellation.window!.newest!.patterns;
    expect(pattern).toMatchObject({ id: newest!.id, samples: newest!.sampleCount });
    for (const coordinate of pattern!.place!) expect(Math.abs(coordinate)).toBeGreaterThan(1e-6);

    const later = await follow(url);
    expect(await later.next('history')).toHaveLength(2);
    expect(await later.next('published')).toEqual(published);
  });

  it('name nothing that waits for more devices (rule 13.34)', async () => {
    const { url, push, sample, constellation } = await open();
    for (const device of ['secret-tv-1', 'secret-tv-2']) await push(device);
    await constellation.publish();
    const page = await follow(url);
    await page.next('history');
    expect(await page.next('published')).toMatchObject({
      ...{ patterns: [], trends: [], versions: [] },
      titles: { count: 0, top: [], pieces: [] },
    });
    sample();
    const told = await page.next('sample');
    expect(told?.cohorts.patterns).toMatchObject({ closed: 0, waiting: 1 });
    expect(JSON.stringify(told)).not.toMatch(/secret|drama|global:/);
  });

  it('are for so many pages, and end when the server stops (rule 13.35)', async () => {
    const { url, admin } = await open();
    const pages = [];
    for (let i = 0; i < 16; i += 1) pages.push(await follow(url));
    const full = await fetch(`${url}/events`);
    expect([full.status, full.headers.get('retry-after')]).toEqual([503, '10']);
    await pages[0]!.next('history');
    await pages[0]!.next('published');
    await admin.close();
    expect(await pages[0]!.next('sample')).toBeUndefined();
  });
});

describe('what a server holds about a device', () => {
  const ask = (url: string, body: unknown) =>
    fetch(`${url}/device`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });

  it('is told without names of patterns and titles (rule 13.34)', async () => {
    const { url, push } = await open();
    await push('tv-1');
    await push('tv-1', 2);
    const held = await (await ask(url, { deviceId: 'tv-1' })).text();
    expect(JSON.parse(held)).toMatchObject({
      records: [{ last: { seq: 2, deviceEpoch: 7 }, marks: { patterns: 1, samples: 12 } }],
    });
    expect(held).not.toContain(patternOf(0).id);
    expect(await (await ask(url, { deviceId: 'tv-2' })).json()).toEqual({ records: [] });
  });

  it.each([{}, { deviceId: '' }, { deviceId: 'x'.repeat(2000) }, { deviceId: 'x'.repeat(9000) }])(
    'is not told to a question that is none',
    async (body) => {
      const { url } = await open();
      const { status, headers } = await ask(url, body);
      expect(status).toBe(JSON.stringify(body).length > 4096 ? 413 : 400);
      expect(headers.get('content-type')).toContain('problem+json');
    },
  );
});

describe('who may use the admin port', () => {
  it('shows the token, where there is one (rule 13.32)', async () => {
    const { url } = await open({ token: TOKEN });
    const statusOf = async (path: string, headers: Record<string, string> = {}) => {
      const response = await fetch(url + path, { headers });
      await response.body?.cancel();
      return response.status;
    };
    const guarded = ['/events', '/metrics', '/report'];
    for (const path of guarded) {
      expect(await statusOf(path)).toBe(401);
      expect(await statusOf(path, { authorization: `Bearer ${TOKEN}x` })).toBe(401);
      expect(await statusOf(path, bearer)).toBe(200);
    }
    const device = { method: 'POST', headers: { 'content-type': 'application/json' } };
    expect((await fetch(`${url}/device`, { ...device, body: '{"deviceId":"a"}' })).status).toBe(
      401,
    );
    for (const path of ['/livez', '/readyz', '/', '/page.css', '/dashboard/page/main.js']) {
      expect(await statusOf(path)).toBe(200);
    }
  });

  it('asks by an address of the machine, where there is none (rule 13.32)', async () => {
    const { admin } = await open();
    const statusOf = async (host: string) =>
      (await admin.inject({ url: '/report', headers: { host } })).statusCode;
    for (const host of ['127.0.0.1:9787', 'localhost:9787', '[::1]:9787', '127.0.0.1']) {
      expect(await statusOf(host)).toBe(200);
    }
    for (const host of ['evil.example', 'evil.example:9787', '127.0.0.1.evil.example']) {
      expect(await statusOf(host)).toBe(403);
    }
  });

  it('is not shown a token that is too short', async () => {
    await expect(open({ token: 'short' })).rejects.toThrow('5 characters; expected at least 16');
  });
});

it('serves each file that the page asks for, under a strict policy', async () => {
  const { url } = await open();
  const page = await fetch(url);
  expect(page.headers.get('content-security-policy')).toMatch(
    /^default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';/,
  );
  const seen = new Set<string>();
  const visit = async (path: string): Promise<void> => {
    if (seen.has(path)) return;
    seen.add(path);
    const response = await fetch(new URL(path, url));
    expect([path, response.status]).toEqual([path, 200]);
    const text = await response.text();
    if (path.startsWith('/uplot')) return;
    for (const [, found = ''] of text.matchAll(/(?:href=|src=|from )["']([^"']+)["']/g)) {
      await visit(new URL(found, new URL(path, url)).pathname);
    }
  };
  await visit('/');
  expect(seen.size).toBeGreaterThan(10);
});
