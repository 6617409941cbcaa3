import { decodeBatchFrame, isBatchFrame } from '@omega-tv/compression';
import { SyncError } from '@omega-tv/types';
import { describe, expect, it } from '@jest/globals';
import { createMemoryPatternStore } from '../../src/index.js';
import { TierChoice } from '../../src/choose/tier.js';
import { orderByTeaching } from '../../src/choose/order.js';
import { realPattern, realPatterns, recording } from '../support.js';
import { openServer, openTv } from './support.js';

const timeout = new SyncError('http', 'no answer came in time', { reason: 'timeout' });

describe('the budget of a message', () => {
  it('is the one that the host sets (rule 9.7)', () => {
    const choice = new TierChoice({ tier: 'ceiling', network: () => ({ metered: true }) });
    expect(choice.choose()).toEqual({ tier: 'ceiling', reason: 'set by the host' });
  });

  it('is the floor where bytes are paid for, or few are wanted (rule 9.7)', () => {
    expect(new TierChoice({ network: () => ({ metered: true }) }).choose().tier).toBe('floor');
    expect(new TierChoice({ network: () => ({ saveData: true }) }).choose().tier).toBe('floor');
  });

  it('falls after timeouts or slow exchanges, and recovers (rule 9.7)', () => {
    const choice = new TierChoice();
    choice.failed(timeout);
    choice.failed(new SyncError('invalid-pattern', 'no', { path: '', value: 0, limit: '' }));
    expect(choice.choose().tier).toBe('normal');
    choice.succeeded(11_000);
    expect(choice.choose()).toEqual({
      tier: 'floor',
      reason: '2 of the last 2 exchanges were slow or timed out',
    });
    for (let i = 0; i < 4; i += 1) choice.succeeded(100);
    expect(choice.choose().tier).toBe('normal');
  });

  it('looks at the last five exchanges, whose trouble is above 10 s or a broken connection (rule 9.7)', () => {
    const tierAfter = (...durations: readonly (number | SyncError)[]) => {
      const choice = new TierChoice({ network: () => ({ metered: false }) });
      for (const one of durations) {
        if (typeof one === 'number') choice.succeeded(one);
        else choice.failed(one);
      }
      return choice.choose().tier;
    };
    const reset = new SyncError('http', 'broken', { reason: 'reset' });
    expect(tierAfter(10_000, 10_000)).toBe('normal');
    expect(tierAfter(10_001)).toBe('normal');
    expect(tierAfter(10_001, reset)).toBe('floor');
    expect(tierAfter(reset, timeout, 1, 1, 1)).toBe('floor');
    expect(tierAfter(reset, timeout, 1, 1, 1, 1)).toBe('normal');
    expect(tierAfter(1, 1, 1, 1)).toBe('normal');
    expect(tierAfter(1, 1, 1, 1, 1)).toBe('ceiling');
    expect(tierAfter(reset, 1, 1, 1, 1)).toBe('normal');
    expect(tierAfter(reset, 1, 1, 1, 1, 1)).toBe('ceiling');
  });

  it('rises where the network is free and works well (rule 9.7)', () => {
    const choice = new TierChoice({ network: () => ({ metered: false }) });
    expect(choice.choose().tier).toBe('normal');
    for (let i = 0; i < 5; i += 1) choice.succeeded(100);
    expect(choice.choose().tier).toBe('ceiling');
  });

  it.each([
    ['floor', 512, 512],
    ['normal', 1024, 4096],
    ['ceiling', 2048, 16_384],
  ] as const)('holds for every message: %s (rules 9.7, 11.24)', async (tier, limit, most) => {
    const { transport } = await openServer();
    const sizes: number[] = [];
    const bodies: number[] = [];
    const wire = recording(transport, (next, { body = new Uint8Array() }) => {
      const messages = isBatchFrame(body) ? decodeBatchFrame(body) : [body];
      sizes.push(...messages.map(({ length }) => length));
      bodies.push(body.length);
      return next();
    });
    const tv = await openTv(wire, { budget: { tier } });
    await tv.store.skillStore(...realPatterns(20));
    const result = await tv.syncStore();
    expect(result.tier).toBe(tier);
    expect(result.patternsPushed).toBe(20);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(limit);
    expect(Math.max(...bodies)).toBeLessThanOrEqual(most);
    // What was coded for fitting is what is sent; several messages share a body.
    if (tier === 'normal') expect(bodies.length).toBeLessThan(sizes.length);
  });

  it('does not cost a pattern with the longest names (rule 9.7)', async () => {
    const { constellation, transport } = await openServer();
    const tv = await openTv(transport, { budget: { tier: 'floor' } });
    await tv.store.skillStore(realPattern(0, { id: '木'.repeat(1024), genre: '火'.repeat(21) }));
    await tv.syncStore();
    expect(constellation.report().samplesAccepted).toBe(12);
  });
});

describe('the order of a push', () => {
  it('counts new successes, and divides by the bytes that they take (rule 9.8)', () => {
    const pushed = (index: number, newSamples: number, successRate: number) => ({
      ...realPattern(index, { successRate, sampleCount: 100 }),
      newSamples,
    });
    const idsOf = (...some: readonly ReturnType<typeof pushed>[]) =>
      orderByTeaching(some, [realPattern(0, { id: 'global:a' })]).map(({ id }) => id);
    const better = { ...pushed(5, 12, 1), id: 'better' };
    expect(idsOf(pushed(5, 12, 0.7), better)).toEqual(['better', 'p5']);
    // What is published already teaches a twentieth, but in a tenth of the bytes.
    expect(idsOf(pushed(5, 10, 1), pushed(0, 30, 1))).toEqual(['p0', 'p5']);
  });

  it('is that in which a TV begins them (rule 9.8)', async () => {
    const { transport } = await openServer();
    const store = createMemoryPatternStore();
    const tv = await openTv(transport, { store });
    await store.skillStore(realPattern(0, { sampleCount: 100 }));
    await tv.syncStore();
    await store.skillStore(realPattern(0, { sampleCount: 105 }), realPattern(5));
    const blocked = recording(transport, () => Promise.reject(new Error('no network')));
    await expect((await openTv(blocked, { store })).syncStore()).rejects.toThrow('no network');
    const { outbox } = await store.loadSyncState();
    expect(outbox.map(({ patterns }) => patterns.map(({ id }) => id))).toEqual([['p5', 'p0']]);
  });

  it('puts first what teaches most: many new samples, far from what is published (rule 9.8)', () => {
    const [near, far, small] = [
      { ...realPattern(0), newSamples: 12 },
      { ...realPattern(5), newSamples: 12 },
      { ...realPattern(9), newSamples: 1 },
    ];
    const published = [realPattern(0, { id: 'global:a' })];
    const order = orderByTeaching([small, near, far], published).map(({ id }) => id);
    expect(order).toEqual(['p5', 'p0', 'p9']);
  });
});
