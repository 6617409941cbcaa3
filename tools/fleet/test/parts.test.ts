import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { DEFAULT_SYNC_WINDOW, SHED_RETRY_MS, stretchWindow } from '@omega-tv/constellation';
import { temporaryFolder } from '@omega-tv/test-support';
import { describe, expect, it } from '@jest/globals';
import { assume, readAssumptions } from '../src/assumptions.js';
import { Calendar } from '../src/calendar.js';
import { Cdn } from '../src/cdn.js';
import { COUNTRIES } from '../src/countries.js';
import { drawLearned } from '../src/learning.js';
import { drawPlot } from '../src/plot.js';
import { Rhythm } from '../src/rhythm.js';
import { Site } from '../src/site.js';
import { readUnitCosts } from '../src/unit-costs.js';
import { costs } from './support.js';

describe('a calendar', () => {
  it('gives each thing once, at the date that was set last, and those of the same second too', () => {
    const calendar = new Calendar(4, 10);
    const seen: [number, number][] = [];
    calendar.set(0, 1.5);
    calendar.set(1, 2.25);
    calendar.set(1, 3.5);
    calendar.set(2, 1.75);
    calendar.cancel(2);
    for (let second = 0; second < 10; second += 1) {
      calendar.take(second, (thing, atS) => {
        seen.push([thing, atS]);
        if (thing === 0) calendar.set(3, 1.9);
      });
    }
    expect(seen).toEqual([
      [0, 1.5],
      [3, 1.9],
      [1, 3.5],
    ]);
  });
});

describe('a rhythm', () => {
  it('switches a TV on and off when it says so, and has most on in the evening', () => {
    const rhythm = new Rhythm(assume());
    const share = (hour: number) =>
      Array.from({ length: 100 }, (_, i) => i / 100).filter((one) => rhythm.isOn(one, 60 * hour))
        .length;
    expect([share(4), share(12), share(20.5)]).toEqual([25, 50, 90]);
    for (const threshold of [0.1, 0.3, 0.6, 0.95]) {
      for (const minute of [0, 400, 1100, -60, 5000]) {
        const minutes = rhythm.minutesToSwitch(threshold, minute);
        const isOn = rhythm.isOn(threshold, minute);
        expect(rhythm.isOn(threshold, minute + minutes - 1)).toBe(isOn);
        expect(rhythm.isOn(threshold, minute + minutes) === isOn).toBe(minutes === 1440);
      }
    }
  });

  it('is spread over countries that are all of the fleet', () => {
    expect(COUNTRIES.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 12);
  });
});

describe('what a TV learns', () => {
  it('grows with the time that it was on', () => {
    const mix = { learningPart: 1, tenPatternsPart: 0 };
    expect(drawLearned(mix, 1800, { next: () => 0.5 })).toBe(6);
    expect(drawLearned(mix, 0, { next: () => 0.5 })).toBe(0);
    expect(drawLearned({ learningPart: 0, tenPatternsPart: 0 }, 9999, { next: () => 0 })).toBe(0);
    expect(drawLearned({ learningPart: 1, tenPatternsPart: 1 }, 600, { next: () => 0.5 })).toBe(10);
  });
});

describe('caches', () => {
  it('ask the origin once for each place, and again after a flush', () => {
    const cdn = new Cdn(20);
    expect(cdn.fetch(7, 1, 1)).toBeCloseTo(1, 9);
    let asked = 1;
    for (let i = 0; i < 1000; i += 1) asked += cdn.fetch(7, 1, 1);
    expect(asked).toBeCloseTo(20, 1);
    expect(cdn.fetch(7, 2, 1e6)).toBeCloseTo(20, 6);
    cdn.drop(7);
    expect(cdn.fetch(7, 2, 1e6)).toBeCloseTo(0, 6);
    cdn.flush();
    expect(cdn.fetch(7, 2, 1e6)).toBeCloseTo(20, 6);
    cdn.drop(8);
    expect(cdn.fetch(7, 2, 1e6)).toBeCloseTo(20, 6);
  });
});

describe("a region's servers", () => {
  const options = { capacityMs: 1000, servers: 1, hasWindows: true, requestTimeoutS: 30 };

  it("answer what they have time for, tell the product's windows, and send away what is too much (rule 13.9)", () => {
    const site = new Site(options);
    expect(site.ask(900, 1, true)).toBeUndefined();
    expect(site.window).toEqual(DEFAULT_SYNC_WINDOW);
    expect(site.tick()).toBe(900);
    expect(site.ask(2024, 1, true)).toBeUndefined();
    expect(site.filled).toBeCloseTo(0.5, 12);
    expect(site.window).toEqual(stretchWindow(DEFAULT_SYNC_WINDOW, 0.5));
    expect(site.ask(1024, 1, true)).toBeUndefined();
    const shed = site.ask(1, 1, true);
    expect(shed).toMatchObject({ details: { status: 503 }, retryable: true });
    const { minMs, maxMs } = stretchWindow(DEFAULT_SYNC_WINDOW, 1);
    expect(shed?.window).toEqual({ minMs: Math.max(minMs, SHED_RETRY_MS), maxMs });
    // What is no push is still answered.
    expect(site.ask(1, 1, false)).toBeUndefined();
    for (let second = 0; second < 4; second += 1) site.tick();
    expect(site.filled).toBe(0);
    expect(site.ask(1, 1, true)).toBeUndefined();
  });

  it('name no window where they have none', () => {
    const site = new Site({ ...options, hasWindows: false });
    site.ask(1e6, 1, false);
    site.trouble = 'broken';
    expect([site.window, site.ask(1, 1, true)?.window]).toEqual([undefined, undefined]);
    expect(site.ask(1, 1, true)?.retryAfterMs).toBeUndefined();
  });

  it('fail, are late, or answer nothing', () => {
    const site = new Site(options);
    site.trouble = 'broken';
    expect(site.ask(1, 1, true)).toMatchObject({
      details: { status: 500 },
      window: DEFAULT_SYNC_WINDOW,
    });
    site.trouble = 'down';
    expect(site.ask(1, 1, true)).toMatchObject({ details: { reason: 'refused' } });
    site.trouble = 'none';
    site.ask(31_000, 1, false);
    expect(site.ask(1, 1, false)).toMatchObject({ details: { reason: 'timeout' } });
  });
});

describe('the files that it reads', () => {
  const write = async (content: unknown): Promise<string> => {
    const file = path.join(await temporaryFolder(), 'input.json');
    await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content));
    return file;
  };

  it('are costs that were measured', async () => {
    expect(await readUnitCosts(await write({ unitCosts: costs }))).toEqual(costs);
    const measured = fileURLToPath(new URL('../measured/load.json', import.meta.url));
    expect((await readUnitCosts(measured)).emptyPushMs).toBeGreaterThan(0);
  });

  it.each([
    ['{', /is no JSON/],
    [null, /unitCosts/],
    [{}, /unitCosts/],
    [{ unitCosts: { ...costs, pollMs: -1 } }, /unitCosts\.pollMs/],
    [{ unitCosts: { ...costs, pollMs: 'dear' } }, /unitCosts\.pollMs/],
    [
      { unitCosts: { ...costs, exchange: { ...costs.exchange, pushUp: 1e12 } } },
      /unitCosts\.exchange\.pushUp/,
    ],
  ])('are refused with the field that is wrong: %j', async (content, message) => {
    await expect(readUnitCosts(await write(content))).rejects.toThrow(message);
  });

  it('change assumptions by name, within what they may be', async () => {
    const file = await write({ publishEveryS: 60, serverUse: 0.8 });
    expect(await readAssumptions(file)).toEqual(assume({ publishEveryS: 60, serverUse: 0.8 }));
    for (const [content, message] of [
      [{ publishEvryS: 60 }, /publishEvryS is no assumption; there are publishEveryS, /],
      [{ toString: 1 }, /toString is no assumption/],
      [{ serverUse: 1.5 }, /serverUse is 1.5; expected a number from 0.01 to 1/],
      [{ serverUse: 'all' }, /serverUse is "all"/],
      [[], /is no object/],
      [null, /is no object/],
    ] as const) {
      await expect(readAssumptions(await write(content))).rejects.toThrow(message);
    }
  });
});

describe('a plot', () => {
  it('keeps what it draws within its frame, and escapes what it writes', () => {
    const svg = drawPlot({
      ...{ title: 'a < b & "c"', xLabel: 'x', yLabel: 'y' },
      lines: [
        {
          name: 'one',
          color: '#123456',
          points: [
            [0, 0],
            [5, 40],
            [10, 20],
          ],
        },
      ],
      marks: [{ x: 5, text: 'here' }],
    });
    expect(svg).toContain('a &lt; b &amp; &quot;c&quot;');
    const [drawn = ''] = /M[^"]+L[^"]+/.exec(svg) ?? [];
    const places = drawn
      .slice(1)
      .split('L')
      .map((pair) => pair.split(',').map(Number));
    expect(places).toHaveLength(3);
    for (const [x = NaN, y = NaN] of places) {
      expect(x >= 76 && x <= 740).toBe(true);
      expect(y >= 76 && y <= 332).toBe(true);
    }
  });
});
