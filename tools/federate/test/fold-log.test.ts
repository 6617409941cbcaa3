import { createFederationConfig } from '@omega-tv/federation';
import { describe, expect, it } from '@jest/globals';
import { foldLog, LogLineError } from '../src/fold-log.js';
import { deltaOf, toLines } from './log.js';

const config = createFederationConfig({ minDevices: 3 });

async function* linesOf(text: string): AsyncIterable<string> {
  for (const line of text.split('\n')) yield await Promise.resolve(line);
}

async function fold(deltas: readonly unknown[]) {
  return foldLog(linesOf(toLines(deltas)), config);
}

describe('foldLog', () => {
  it('publishes once, at the latest timestamp', async () => {
    const { globals, ...counts } = await fold([
      deltaOf('a', { hour: 5 }),
      deltaOf('b'),
      deltaOf('c', { hour: 3 }),
    ]);
    expect(counts).toEqual({ devices: 3, deltas: 3, samples: 36 });
    expect(globals).toMatchObject({
      version: 1,
      timestamp: '2026-01-01T05:00:00.000Z',
      patterns: [{ id: 'global:action-1', genre: 'action' }],
      trends: [{ contentId: 'global:action-1', score: 1, region: 'ZZ' }],
    });
  });

  it('trusts timestamps that lie months apart', async () => {
    const old = ['a', 'b', 'c'].map((device) => deltaOf(device));
    const months = 24 * 30 * 40;
    const recent = ['d', 'e', 'f'].map((device) => deltaOf(device, { title: 1, hour: months }));
    const { globals } = await fold([...old, ...recent]);
    const { globals: alone } = await fold(recent);
    expect(globals.patterns.map(({ sampleCount }) => sampleCount)).toEqual(
      alone.patterns.map(({ sampleCount }) => sampleCount),
    );
  });

  it('answers an empty publication below k and for an empty log', async () => {
    const nothing = { patterns: [], trends: [], version: 0 };
    expect((await fold([deltaOf('a', { hour: 1 })])).globals).toEqual({
      ...nothing,
      timestamp: '2026-01-01T01:00:00.000Z',
    });
    expect((await fold([])).globals).toEqual({ ...nothing, timestamp: '1970-01-01T00:00:00.000Z' });
  });

  it('counts retries and echoes once, or not at all', async () => {
    const deltas = [deltaOf('a'), deltaOf('a'), deltaOf('a', { samples: 15 })];
    const echo = deltaOf('b', { id: 'global:action-1', samples: 9000 });
    expect(await fold([...deltas, echo])).toMatchObject({ samples: 15, devices: 2 });
  });

  it.each([
    ['no JSON', '{"device_id":', /^line 2: /],
    ['a missing field', '{"device_id":"x"}', /^line 2: delta: \w+ is required/],
    [
      'a bad pattern',
      JSON.stringify(deltaOf('x')).replace('"success_rate":0.9', '"success_rate":7'),
      /^line 2: delta: patterns\[0\]\.success_rate must be <= 1, but is 7/,
    ],
  ])('names the line of %s', async (_, line, message) => {
    const failure = foldLog(linesOf(`${toLines([deltaOf('a')])}${line}\n`), config);
    await expect(failure).rejects.toThrow(message);
    await expect(failure).rejects.toBeInstanceOf(LogLineError);
  });

  it('stops at a 129th pattern id of one device', async () => {
    const deltas = Array.from({ length: 129 }, (__, i) => deltaOf('a', { id: `p${i}` }));
    await expect(fold(deltas)).rejects.toThrow(/^line 129: .*at most 128 pattern ids a device/);
  });
});
