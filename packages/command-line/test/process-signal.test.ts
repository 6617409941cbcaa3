import { describe, expect, it } from '@jest/globals';
import { createSignalHandler } from '../src/index.js';

describe('signals', () => {
  it('stop once; only one that comes later on purpose ends at once', () => {
    let nowMs = 5000;
    const done: string[] = [];
    const onSignal = createSignalHandler({
      clock: { nowMs: () => nowMs },
      stop: () => done.push('stop'),
      endAtOnce: () => done.push('end'),
    });
    onSignal();
    onSignal();
    nowMs += 2000;
    onSignal();
    expect(done).toEqual(['stop']);
    nowMs += 1;
    onSignal();
    expect(done).toEqual(['stop', 'end']);
  });
});
