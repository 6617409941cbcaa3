import { describe, expect, it } from '@jest/globals';
import type { ClientFormat, EncodedDelta } from '@omega-tv/compression';
import type { Transport } from '@omega-tv/protocol';
import { SyncError } from '@omega-tv/types';
import { createMemoryPatternStore } from '../../src/index.js';
import { realPattern, realPatterns } from '../support.js';
import { openServer, openTv, v2 } from './support.js';

const offline: Transport = {
  request: () =>
    Promise.reject(new SyncError('http', 'down', { reason: 'refused' }, { retryable: true })),
};
const encoded: EncodedDelta = {
  bytes: Uint8Array.of(1),
  fidelity: { meanCosine: 1, minCosine: 1 },
};

/** A format with room without end: only the count of patterns bounds a message. */
function boundless(counts: number[]): ClientFormat {
  return {
    ...v2,
    encodeDelta: () => Promise.resolve(encoded),
    splitDelta: (delta) => {
      counts.push(delta.patterns.length);
      return Promise.resolve([delta]);
    },
    fitDelta: (part) => {
      counts.push(part.patterns.length);
      return Promise.resolve({ part, ...encoded });
    },
    joinDeltas: (messages) => {
      counts.push(messages.length);
      return Uint8Array.of(1);
    },
  };
}

describe('a delta has at most 64 patterns (rule 11.11)', () => {
  it('however many a message has room for, and so has a body of several', async () => {
    const counts: number[] = [];
    const { transport } = await openServer();
    const store = createMemoryPatternStore();
    const first = await openTv(transport, { store });
    await store.skillStore(realPattern(0));
    await first.syncStore();
    await store.skillStore(...realPatterns(150).slice(1));
    const tv = await openTv(offline, { store, format: boundless(counts) });
    await expect(tv.syncStore()).rejects.toMatchObject({ code: 'http' });
    const { outbox } = await store.loadSyncState();
    expect(outbox.map(({ patterns }) => patterns.length)).toEqual([64, 64, 21]);
    // Nothing was joined: two of them are more than a server takes at once.
    expect(counts).toEqual([64, 64, 21]);
  });

  it('also where the host wrote the delta', async () => {
    const counts: number[] = [];
    const tv = await openTv(offline, { format: boundless(counts) });
    await expect(tv.sync(tv.prepareDelta(realPatterns(150)))).rejects.toMatchObject({
      code: 'http',
    });
    expect(counts).toEqual([64, 64, 22]);
  });
});
