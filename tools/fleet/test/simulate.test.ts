import { describe, expect, it } from '@jest/globals';
import { figuresOf } from '../src/incident.js';
import { drawDay, drawIncident, drawStaleness } from '../src/plots.js';
import { assumptionsToText, incidentsToText, sizingsToText } from '../src/report.js';
import { HOUR_S, INCIDENTS } from '../src/scenarios.js';
import { serversFor, sizeFor } from '../src/sizing.js';
import { assume } from '../src/assumptions.js';
import { costs, run, troubleIn } from './support.js';

describe('a simulated fleet', () => {
  it('exchanges every ten minutes in the mean, and its books balance (rule 13.38)', async () => {
    const { total, books, series } = await run(
      troubleIn('none'),
      {},
      { onNight: 1, onDay: 1, onEvening: 1 },
    );
    // 2,000 TVs for two hours.
    expect(total.exchanges / (2000 * 12)).toBeGreaterThan(0.97);
    expect(total.exchanges / (2000 * 12)).toBeLessThan(1.03);
    expect(total.failures).toBe(0);
    expect(books.learned).toBe(books.acknowledged + books.waiting);
    expect(books.learned / (2000 * 18)).toBeGreaterThan(0.3 * 0.9 * (20 / 6));
    expect(series).toHaveLength(3);
  });

  it('is the same for the same seed, and another one for another', async () => {
    const totals = await Promise.all(
      [1, 1, 2].map(async (seed) => (await run(troubleIn('down'), { seed })).total),
    );
    expect(totals[1]).toEqual(totals[0]);
    expect(totals[2]).not.toEqual(totals[0]);
  });

  it('is as large in cohorts as TV by TV', async () => {
    const [small, large] = await Promise.all(
      [2000, 2_000_000].map((tvs) => run(troubleIn('none'), { tvs })),
    );
    expect(large!.total.exchanges).toBe(1000 * small!.total.exchanges);
    expect(large!.total.bytesUp / small!.total.bytesUp).toBeCloseTo(1000, 6);
  });

  it('is back within the window after an outage, and loses nothing (rules 13.37, 13.38)', async () => {
    const { back, books, total } = await run(troubleIn('down'));
    expect(total.failures).toBeGreaterThan(0);
    expect(back!.tvs).toBeGreaterThan(400);
    expect(back).toMatchObject({ missing: 0 });
    expect(back!.lastS).toBeLessThanOrEqual(15 * 60);
    expect(books.learned).toBe(books.acknowledged + books.waiting);
  });

  it('asks a failing server less often where its problems carry windows (rule 11.7)', async () => {
    const [withWindows, without] = await Promise.all(
      [true, false].map((hasWindows) => run(troubleIn('broken'), { hasWindows })),
    );
    expect(figuresOf(withWindows!).peakOverMean).toBeLessThan(figuresOf(without!).peakOverMean / 2);
    expect(withWindows!.total.failures).toBeLessThan(0.7 * without!.total.failures);
    expect(withWindows!.back!.lastS).toBeLessThanOrEqual(15 * 60);
  });

  it('meets load shedding where servers are too few, and comes back all the same (rule 13.9)', async () => {
    // What an ordinary evening just fits: what an outage left does not.
    const scenario = { ...troubleIn('down'), endS: 5 * HOUR_S };
    const tvs = 20_000_000;
    const need = await run(troubleIn('none'), { tvs });
    const servers = serversFor(need, assume({ serverUse: 0.9 }));
    const { total, back, books } = await run(scenario, { tvs, servers });
    expect(total.shed).toBeGreaterThan(0);
    expect(back).toMatchObject({ missing: 0 });
    expect(books.learned).toBe(books.acknowledged + books.waiting);
  });

  it('stops where it is told to', async () => {
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(run(troubleIn('none'), { signal })).rejects.toThrow('enough');
  });

  it.each(INCIDENTS.map((incident) => [incident.name, incident] as const))(
    'runs through the incident %s',
    async (_, scenario) => {
      const result = await run(scenario, { servers: [2, 2, 2] });
      const figures = figuresOf(result);
      expect(figures.peakOverMean).toBeGreaterThan(1);
      expect(figures.lost).toBe(0);
      if (scenario.overAtS !== undefined) expect(figures.back?.missing).toBe(0);
      expect(drawIncident([result])).toContain('</svg>');
      expect(incidentsToText([figures]).split('\n')[2]).toContain(scenario.name);
    },
  );
});

describe('what a fleet needs', () => {
  it('grows with its TVs, and is what the day asks for', async () => {
    const tvs = 10_000_000;
    const day = await run(troubleIn('none'), { tvs });
    const assumptions = assume();
    const sizing = sizeFor(day, { tvs, costs, assumptions });
    const usable = assumptions.coresPerServer * assumptions.serverUse * 1000;
    sizing.servers.forEach((count, region) => {
      const peak = Math.max(...day.series[region]!.workMs.slice(360));
      expect(count * usable).toBeGreaterThanOrEqual(peak);
      expect((count - 1) * usable).toBeLessThan(Math.max(peak, usable + 1));
    });
    const { price } = sizing;
    expect(price.total).toBeCloseTo(price.servers + price.traffic + price.cdn + price.disk, 6);
    expect(sizing.exchangesPerSecond.peak).toBeGreaterThan(sizing.exchangesPerSecond.mean);
    const rows = sizingsToText([sizing, sizing]).trim().split('\n');
    expect(new Set(rows.map((row) => row.split('|').length)).size).toBe(1);
    expect(drawDay(day, '10 M')).toContain('Asia and Pacific');
    expect(drawStaleness([day])).toContain('p99');
    expect(assumptionsToText(assumptions)).toContain('| serverHourPrice | 0.3 | USD |');
  });
});
