import { describe, expect, it } from '@jest/globals';
import { loadCatalogue } from '@omega-tv/catalogue';
import { readMiniLmCodebook } from '@omega-tv/embedding-codec/node';
import { createTextStart } from '@omega-tv/federation';
import { SyncError, type Logger } from '@omega-tv/types';
import { createMemoryPatternStore, type MeasuredExchange } from '../src/index.js';
import { openLevelPatternStore } from '../src/node/index.js';
import { clock, realPattern, realPatterns, temporaryFolder } from './support.js';
import { openServer, openTv, switchable, v2 } from './v2/support.js';

const catalogue = loadCatalogue();
const down = new SyncError('http', 'down', { reason: 'refused' }, { retryable: true });

describe('metrics (rule 6.12)', () => {
  it('say how each exchange went', async () => {
    const { transport } = await openServer();
    const line = switchable(transport);
    const measured: MeasuredExchange[] = [];
    let nowMs = 1000;
    const ticking = { nowMs: () => (nowMs += 100), monotonicMs: () => (nowMs += 10) };
    const { store } = await openLevelPatternStore({
      directory: `${await temporaryFolder()}/store`,
      clock,
    });
    const tv = await openTv(line, {
      store,
      clock: ticking,
      metrics: { exchangeEnded: (one) => void measured.push(one) },
    });
    await store.skillStore(...realPatterns(3));
    const result = await tv.syncStore();
    await store.skillStore(realPattern(1, { sampleCount: 20 }));
    line.to({ request: () => Promise.reject(down) });
    await expect(tv.syncStore()).rejects.toBe(down);
    await expect(tv.syncStore({ signal: AbortSignal.abort() })).rejects.toBeDefined();
    const [first, second, third] = measured;
    expect(first).toMatchObject({
      outcome: 'success',
      bytesSent: result.bytesSent,
      bytesReceived: result.bytesReceived,
      patternsPushed: 3,
      fidelity: result.fidelity,
      outbox: { pushes: 0, patterns: 0, bytes: 0 },
      outboxAgeMs: 0,
    });
    expect(first!.durationMs).toBeGreaterThan(0);
    expect(first!.writtenBytes).toBeGreaterThan(3 * 1536);
    expect(second).toMatchObject({ outcome: 'http', bytesSent: 0, outbox: { patterns: 1 } });
    expect(second).not.toHaveProperty('fidelity');
    expect(second!.outboxAgeMs).toBeGreaterThan(0);
    expect(third!.outcome).toBe('aborted');
    await store.close();
  });

  it('that fail do not fail an exchange', async () => {
    const { constellation, transport } = await openServer();
    const metrics = {
      exchangeEnded: () => {
        throw new Error('registry is closed');
      },
    };
    const tv = await openTv(transport, { metrics });
    await tv.store.skillStore(realPattern(1));
    await tv.syncStore();
    expect(constellation.report().samplesAccepted).toBe(12);
  });
});

/** Everything that is logged, as text. */
function collecting(): Logger & { readonly lines: string[] } {
  const lines: string[] = [];
  const note = (fields: object, message: string): void => {
    const { err } = fields as { err?: unknown };
    const told = err instanceof Error ? `${err.message} ${err.stack} ${String(err.cause)}` : '';
    lines.push(`${message} ${JSON.stringify(fields)} ${told}`);
  };
  return { lines, debug: note, info: note, warn: note, error: note };
}

describe('logs (rule 6.13)', () => {
  it('hold no secret, title, pattern id, profile or device id, whatever goes wrong', async () => {
    const planted = ['secret-tok3n', 'tv-qx8zkvw', 'pattern-qx8', 'anna-7f3k', catalogue[3]!.id];
    const logger = collecting();
    const first = await openServer();
    const second = await openServer();
    const line = switchable(first.transport);
    const inner = createMemoryPatternStore();
    let isFull = false;
    const store = {
      ...inner,
      saveSyncState: (state: Parameters<typeof inner.saveSyncState>[0]) =>
        isFull ? Promise.reject(new Error('no space left')) : inner.saveSyncState(state),
    };
    const tv = await openTv(line, {
      store,
      logger,
      deviceId: 'tv-qx8zkvw',
      titles: {
        catalogue,
        textStart: createTextStart(readMiniLmCodebook()),
        areShared: true,
        reportSpreadMs: 0,
      },
      metrics: {
        exchangeEnded: () => {
          throw new Error('closed');
        },
      },
    });
    await store.skillStore({ ...realPattern(1), id: 'pattern-qx8', profile: 'anna-7f3k' });
    await tv.titleCompleted(catalogue[3]!.id, { profile: 'anna-7f3k' });
    await tv.syncStore();
    // Another server; answers that cannot be read; a page of a network; a full disk.
    line.to(second.transport);
    await tv.syncStore();
    await store.skillStore(realPattern(2, { id: 'pattern-qx8-2' }));
    line.to({
      request: () =>
        Promise.resolve({
          status: 200,
          headers: { 'content-type': v2.mediaType },
          body: new TextEncoder().encode('secret-tok3n pattern-qx8'),
        }),
    });
    await expect(tv.syncStore()).rejects.toBeDefined();
    line.to(second.transport);
    isFull = true;
    await expect(tv.syncStore()).rejects.toMatchObject({ code: 'serialization', retryable: true });
    await expect(tv.syncStore()).rejects.toMatchObject({ code: 'serialization' });
    isFull = false;
    await tv.syncStore();
    expect(logger.lines.length).toBeGreaterThan(3);
    for (const text of planted) {
      expect(logger.lines.filter((one) => one.includes(text))).toEqual([]);
    }
  });

  it('say once, in words, that the store cannot be written, and that it can again (rule 5.13)', async () => {
    const logger = collecting();
    const { transport } = await openServer();
    const inner = createMemoryPatternStore();
    let isFull = false;
    const store = {
      ...inner,
      saveSyncState: (state: Parameters<typeof inner.saveSyncState>[0]) =>
        isFull ? Promise.reject(new Error('no space left')) : inner.saveSyncState(state),
    };
    const tv = await openTv(transport, { store, logger });
    await tv.syncStore();
    await store.skillStore(realPattern(2));
    isFull = true;
    for (let i = 0; i < 3; i += 1) {
      await expect(tv.syncStore()).rejects.toThrow(
        'The store cannot be written (no space left); what it held before is whole, and the exchange goes on later',
      );
    }
    isFull = false;
    expect((await tv.syncStore()).patternsPushed).toBe(1);
    const lines = logger.lines.filter((one) => !one.startsWith('synced'));
    expect(lines.map((one) => one.split(' (')[0])).toEqual([
      'The store cannot be written',
      'the store can be written again {} ',
    ]);
  });
});
