import { describe, expect, it } from '@jest/globals';
import { createSyncLoop } from '../src/index.js';

describe('options that cannot work are refused', () => {
  it.each([
    ['intervalMs', { intervalMs: { min: 0, max: 10 } }],
    ['intervalMs', { intervalMs: { min: 20, max: 10 } }],
    ['intervalMs', { intervalMs: { min: 1, max: 2 ** 31 } }],
    ['intervalMs', { intervalMs: { min: NaN, max: 10 } }],
    ['startWithinMs', { startWithinMs: -1 }],
    ['startWithinMs', { startWithinMs: Infinity }],
    ['retryBaseMs', { retryBaseMs: 0 }],
    ['retryBaseMs', { retryBaseMs: NaN }],
    ['retryBudget', { retryBudget: { retries: 0, perMs: 1 } }],
    ['retryBudget', { retryBudget: { retries: 1, perMs: 0 } }],
    ['waitMemory', { waitMemory: {} as never }],
    ['networkUp$', { networkUp$: 1 as never }],
  ])('%s %j', (field, change) => {
    expect(() => createSyncLoop({ exchange: () => [], ...change })).toThrow(
      expect.objectContaining({ code: 'invalid-config', details: { field } }),
    );
  });
});
