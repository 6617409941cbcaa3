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

describe('a TV that was offline for long (rule 5.14)', () => {
  it('holds a bounded number of pushes, and sends them in batches, the oldest first', async () => {
    const { constellation, transport } = await openServer();
    const store = createMemoryPatternStore();
    let isOnline = true;
    const sent: number[] = [];
    const line: Transport = {
      request: async (request) => {
        if (!isOnline) return offline.request(request);
        const [first] = (await store.loadSyncState()).outbox;
        if (request.method === 'POST' && first !== undefined) sent.push(first.position!.seq);
        return transport.request(request);
      },
    };
    const tv = await openTv(line, { store });
    await store.skillStore(realPattern(0));
    await tv.syncStore();
    isOnline = false;
    // Months of evenings: more patterns, and more samples of those there are.
    for (let month = 1; month <= 6; month += 1) {
      const patterns = realPatterns(20 * month, { sampleCount: 12 * month });
      await store.skillStore(...patterns);
      await expect(tv.syncStore()).rejects.toMatchObject({ code: 'http' });
      const { pushes, patterns: begun } = (await tv.standing()).outbox;
      expect(pushes).toBeLessThanOrEqual(32);
      expect(begun).toBeLessThanOrEqual(168 + 63);
    }
    const waiting = (await tv.standing()).waitingSamples;
    expect(waiting).toBe(120 * 72 - 12);
    isOnline = true;
    sent.length = 0;
    const { patternsPushed } = await tv.syncStore();
    expect(sent).toEqual([...sent].sort((a, b) => a - b));
    expect(new Set(sent).size).toBe(sent.length);
    const seqs = (await store.loadSyncState()).next!.seq - sent[0]!;
    expect(sent.length).toBeLessThan(seqs / 2);
    // Those begun six months ago, then all of them once, however often they grew meanwhile.
    expect(patternsPushed).toBeLessThanOrEqual(20 + 120);
    expect((await tv.standing()).waitingSamples).toBe(0);
    expect(constellation.report().samplesAccepted).toBe(120 * 72);
  });
});
