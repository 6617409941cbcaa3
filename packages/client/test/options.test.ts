import { createNodeV2Format } from '@omega-tv/compression/node';
import { isSyncError } from '@omega-tv/types';
import { syncErrorOf } from '@omega-tv/test-support';
import { describe, expect, it } from '@jest/globals';
import { createSyncLoop, SyncClient, type SyncClientOptions } from '../src/index.js';

const valid = { url: 'http://127.0.0.1:1', deviceId: 'tv-1', format: createNodeV2Format() };

describe('SyncClient.create refuses, by its name, an option that cannot work', () => {
  it.each([
    ['format', { format: undefined }, 'format is undefined; expected an object with encodeDelta'],
    ['format', { format: {} }, 'format has no method encodeDelta'],
    ['fallback', { fallback: 'v1' }, 'fallback is v1;'],
    ['store', { store: new Map() }, 'store has no method skillList'],
    ['transport', { transport: fetch }, 'transport is '],
    ['credentials', { credentials: {} }, 'credentials has no method token'],
    ['headers', { headers: { 'X-Key': 'two\nlines' } }, 'headers: "X-Key" or its value'],
    ['headers', { headers: {}, transport: { request: fetch } }, 'headers and transport are both'],
    ['clock', { clock: Date }, 'clock is '],
    ['random', { random: {} }, 'random has no method next'],
    ['logger', { logger: {} }, 'logger has no method debug'],
    ['snapshots', { snapshots: 'cache' }, 'snapshots is "cache"; expected inline or cached'],
    ['budget.tier', { budget: { tier: 'low' } }, 'budget.tier is "low"; expected floor or'],
  ])('%s in %j', async (field, change, message) => {
    const options = { ...valid, ...change } as unknown as SyncClientOptions;
    const error = await syncErrorOf(SyncClient.create(options));
    expect(error).toMatchObject({ code: 'invalid-config', details: { field } });
    expect(error.message).toContain(message);
  });
});

it('createSyncLoop refuses what is no exchange', () => {
  const create = () => createSyncLoop({ exchange: undefined as never });
  expect(create).toThrow('exchange is undefined; expected a function');
  try {
    create();
  } catch (error) {
    expect(isSyncError(error, 'invalid-config')).toBe(true);
  }
});
