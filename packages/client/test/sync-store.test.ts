import { describe, expect, it } from '@jest/globals';
import { problemFromError, type Transport } from '@omega-tv/protocol';
import { SyncError, type SyncDelta } from '@omega-tv/types';
import {
  createMemoryPatternStore,
  sampleBooks,
  type SyncClient,
  type SyncState,
} from '../src/index.js';
import {
  format,
  openClient,
  openConstellation,
  realPattern,
  realPatterns,
  recording,
  snapshotOf,
  syncErrorOf,
} from './support.js';

async function booksOf({ store }: SyncClient) {
  return sampleBooks(await store.loadSyncState(), await store.skillList(1000, 'learned'));
}

/** Calls syncStore until it succeeds, as a loop would. */
async function untilSynced(client: SyncClient, attempts = 50): Promise<number> {
  for (let failures = 0; failures < attempts; failures += 1) {
    try {
      await client.syncStore();
      return failures;
    } catch (error) {
      if (!(error instanceof SyncError && error.retryable)) throw error;
    }
  }
  throw new Error(`still failing after ${attempts} attempts`);
}

const lost = () =>
  new SyncError('http', 'the answer was lost', { reason: 'reset' }, { retryable: true });

/** A server that refuses every push with one of these ids; the others go to a real one. */
function refusing(inner: Transport, ids: readonly string[], error: SyncError): Transport {
  return recording(inner, async (next, { body }) => {
    const delta: SyncDelta | undefined = body && (await format.decodeDelta(body));
    if (!delta?.patterns.some(({ id }) => ids.includes(id))) return next();
    const problem = problemFromError(error);
    const bytes = new TextEncoder().encode(JSON.stringify(problem));
    return { status: problem.status, headers: {}, body: bytes };
  });
}

const wild = new SyncError('invalid-pattern', 'too wild', {
  path: 'patterns[0]',
  value: 1,
  limit: 'x',
});

describe('syncStore', () => {
  it('pushes what was learned, once', async () => {
    const { constellation, transport } = await openConstellation();
    const client = await openClient(transport);
    await client.store.skillStore(...realPatterns(10), realPattern(10, { sampleCount: 9 }));
    expect(await client.syncStore()).toMatchObject({ patternsPushed: 10 });
    expect(await booksOf(client)).toEqual({
      learned: 129,
      acknowledged: 120,
      waiting: 0,
      withheld: 9,
      deadLettered: 0,
      dropped: 0,
    });
    expect(constellation.report()).toMatchObject({ samplesAccepted: 120 });
    await client.store.skillStore(realPattern(3, { sampleCount: 20 }));
    expect(await client.syncStore()).toMatchObject({ patternsPushed: 1 });
    expect(constellation.report()).toMatchObject({ samplesAccepted: 128 });
  });

  it('asks for the version only, where there is nothing to do (rule 6.4)', async () => {
    const { transport } = await openConstellation();
    const wire = recording(transport);
    const client = await openClient(wire);
    const result = await client.syncStore();
    expect(wire.seen).toEqual(['GET /api/v1/sync/version']);
    expect(result).toMatchObject({ patternsPushed: 0, bytesSent: 0, bytesReceived: 0 });
    expect(result.fidelity).toEqual({ meanCosine: 1, minCosine: 1 });
  });

  it('fetches newer global patterns, and never pushes them back (rules 1.6, 6.4)', async () => {
    const { constellation, transport } = await openConstellation();
    for (const deviceId of ['a', 'b']) {
      const other = await openClient(transport, { deviceId });
      await other.store.skillStore(realPattern(0, { sampleCount: 40 }));
      await other.syncStore();
    }
    await constellation.publish();
    const wire = recording(transport);
    const client = await openClient(wire);
    expect(await client.syncStore()).toMatchObject({ patternsPushed: 0, patternsReceived: 1 });
    expect(await client.store.skillList(9, 'published')).toHaveLength(1);
    expect(await client.syncStore()).toMatchObject({ patternsPushed: 0, patternsReceived: 0 });
    const get = 'GET /api/v1/sync/version';
    expect(wire.seen).toEqual([get, 'POST /api/v1/sync', get]);
    expect(constellation.report()).toMatchObject({ samplesAccepted: 80 });
  });

  it('counts every sample once where answers are lost (rule 4.1)', async () => {
    const { constellation, transport } = await openConstellation();
    let posts = 0;
    const wire = recording(transport, async (next, { method }) => {
      const answer = await next();
      if (method === 'POST') posts += 1;
      if (method === 'POST' && posts % 3 !== 0) throw lost();
      return answer;
    });
    const client = await openClient(wire);
    for (let round = 0; round < 4; round += 1) {
      await client.store.skillStore(...realPatterns(6, { sampleCount: 12 + 5 * round }));
      expect(await untilSynced(client)).toBeGreaterThan(0);
      expect(await booksOf(client)).toMatchObject({
        waiting: 0,
        acknowledged: 6 * (12 + 5 * round),
      });
      expect(constellation.report().samplesAccepted).toBe(6 * (12 + 5 * round));
    }
    expect(constellation.report().duplicates).toBeGreaterThan(0);
  });

  it('repeats a begun push as it was, though more was learned since (rule 4.5)', async () => {
    const { transport } = await openConstellation();
    const bodies: SyncDelta[] = [];
    let fail = true;
    const wire = recording(transport, async (next, { body }) => {
      if (body !== undefined) bodies.push(await format.decodeDelta(body));
      if (fail) throw lost();
      return next();
    });
    const client = await openClient(wire);
    await client.store.skillStore(...realPatterns(2));
    expect(await syncErrorOf(client.syncStore())).toMatchObject({ details: { reason: 'reset' } });
    await client.store.skillStore(...realPatterns(3, { sampleCount: 30 }));
    expect(await booksOf(client)).toMatchObject({ learned: 90, waiting: 90, acknowledged: 0 });
    fail = false;
    await client.syncStore();
    expect(bodies[1]?.patterns).toEqual(bodies[0]?.patterns);
    expect(await booksOf(client)).toMatchObject({ waiting: 0, acknowledged: 90 });
  });

  it('repeats a begun push whose pattern is no longer good enough (rule 4.5)', async () => {
    const { constellation, transport } = await openConstellation();
    const store = createMemoryPatternStore();
    await store.skillStore(realPattern(0));
    const losing = await openClient(
      recording(transport, () => Promise.reject(lost())),
      { store },
    );
    await syncErrorOf(losing.syncStore());
    await store.skillStore(realPattern(0, { sampleCount: 40, successRate: 0.3 }));
    const client = await openClient(transport, { store });
    expect(await client.syncStore()).toMatchObject({ patternsPushed: 1 });
    expect(await booksOf(client)).toMatchObject({ acknowledged: 12, withheld: 28, waiting: 0 });
    expect(constellation.report()).toMatchObject({ samplesAccepted: 12 });
  });

  it('repeats a push whose answer cannot be read (rule 4.6)', async () => {
    const { constellation, transport } = await openConstellation();
    let isSpoiling = true;
    const bodies: SyncDelta[] = [];
    const wire = recording(transport, async (next, { body }) => {
      if (body !== undefined) bodies.push(await format.decodeDelta(body));
      const answer = await next();
      return isSpoiling ? { ...answer, body: answer.body.slice(3) } : answer;
    });
    const client = await openClient(wire);
    await client.store.skillStore(...realPatterns(2));
    expect(await syncErrorOf(client.syncStore())).toMatchObject({ retryable: true });
    expect(await booksOf(client)).toMatchObject({ acknowledged: 0, waiting: 24, deadLettered: 0 });
    isSpoiling = false;
    await client.syncStore();
    expect(bodies).toHaveLength(2);
    expect(bodies[1]?.patterns).toEqual(bodies[0]?.patterns);
    expect(await booksOf(client)).toMatchObject({ acknowledged: 24, waiting: 0 });
    expect(constellation.report()).toMatchObject({ samplesAccepted: 24, duplicates: 1 });
  });

  it.each([200, 202])(
    'writes acknowledgement, snapshot and version of a %d in one step (rule 4.7)',
    async (status) => {
      const { constellation, transport } = await openConstellation();
      for (const deviceId of ['a', 'b']) {
        const other = await openClient(transport, { deviceId });
        await other.store.skillStore(realPattern(0));
        await other.syncStore();
      }
      await constellation.publish();
      const inner = createMemoryPatternStore();
      const saved: SyncState[] = [];
      const saveSyncState = (state: SyncState) => {
        saved.push(state);
        return inner.saveSyncState(state);
      };
      const wire = recording(transport, async (next) => ({ ...(await next()), status }));
      const client = await openClient(wire, { store: { ...inner, saveSyncState } });
      await inner.skillStore(realPattern(1));
      saved.length = 0;
      await client.syncStore();
      expect(saved).toMatchObject([
        { outbox: [{ patterns: [{ id: 'p1' }] }], lastVersion: 0, snapshot: undefined },
        { outbox: [], lastVersion: 1, snapshot: { version: 1 } },
      ]);
      expect(saved.map(({ marks }) => marks.get('p1')?.byMarks)).toEqual([undefined, 12]);
    },
  );

  it('makes a dead letter of what is refused, and sends the others (rule 4.8)', async () => {
    const { constellation, transport } = await openConstellation();
    const client = await openClient(refusing(transport, ['p2', 'p5'], wild));
    await client.store.skillStore(...realPatterns(8));
    await client.syncStore();
    expect(await booksOf(client)).toMatchObject({ acknowledged: 72, deadLettered: 24, waiting: 0 });
    expect(constellation.report()).toMatchObject({ samplesAccepted: 72 });
    const { deadLetters } = await client.store.loadSyncState();
    expect(deadLetters).toMatchObject([
      { patternId: 'p2', sampleCount: 12 },
      { patternId: 'p5', sampleCount: 12 },
    ]);
    expect(deadLetters[0]?.reason).toContain('too wild');
  });

  it('goes on past a pattern that fits no message (rule 4.8)', async () => {
    const { constellation, transport } = await openConstellation();
    const client = await openClient(transport);
    const id = Array.from({ length: 1024 }, (_, at) =>
      String.fromCodePoint(0x4e00 + ((at * 7919) % 20_000)),
    ).join('');
    await client.store.skillStore(...realPatterns(3), realPattern(7, { id }));
    await client.syncStore();
    expect(await booksOf(client)).toMatchObject({ acknowledged: 36, deadLettered: 12, waiting: 0 });
    expect(constellation.report()).toMatchObject({ samplesAccepted: 36 });
  });

  it('makes no dead letter of a refusal that says nothing of the patterns (rule 4.8)', async () => {
    const { transport } = await openConstellation();
    const stranger = new SyncError('protocol', 'another media type', {});
    const client = await openClient(refusing(transport, ['p0'], stranger));
    await client.store.skillStore(realPattern(0));
    expect((await syncErrorOf(client.syncStore())).code).toBe('protocol');
    expect(await booksOf(client)).toMatchObject({ waiting: 12, deadLettered: 0 });
  });

  it('goes on where an abort in the middle stopped it', async () => {
    const { constellation, transport } = await openConstellation();
    const controller = new AbortController();
    const reason = new Error('the TV goes to sleep');
    let posts = 0;
    const wire = recording(transport, async (next, { signal }) => {
      const answer = await next();
      posts += 1;
      if (posts === 2) controller.abort(reason);
      if (signal?.aborted === true) throw signal.reason;
      return answer;
    });
    const client = await openClient(wire);
    await client.store.skillStore(...realPatterns(12));
    await expect(client.syncStore({ signal: controller.signal })).rejects.toBe(reason);
    const { acknowledged, waiting } = await booksOf(client);
    expect(acknowledged).toBeGreaterThan(0);
    expect(acknowledged + waiting).toBe(144);
    expect(waiting).toBeGreaterThan(0);
    await client.syncStore();
    expect(await booksOf(client)).toMatchObject({ acknowledged: 144, waiting: 0 });
    expect(constellation.report()).toMatchObject({ samplesAccepted: 144 });
  });

  it('goes on from its store in a new client (rule 4.5)', async () => {
    const { constellation, transport } = await openConstellation();
    const store = createMemoryPatternStore();
    await store.skillStore(...realPatterns(5));
    const dropping = recording(transport, async (next) => {
      await next();
      throw lost();
    });
    await syncErrorOf((await openClient(dropping, { store })).syncStore());
    const restarted = await openClient(transport, { store });
    await restarted.syncStore();
    expect(await booksOf(restarted)).toMatchObject({ acknowledged: 60, waiting: 0 });
    expect(constellation.report()).toMatchObject({ samplesAccepted: 60 });
  });

  it('pushes nothing under a published id, whatever a store of its own lists (rule 1.6)', async () => {
    const { constellation, transport } = await openConstellation();
    const inner = createMemoryPatternStore();
    const echo = { ...snapshotOf(3).patterns[0]!, origin: 'learned' as const };
    const store = { ...inner, skillList: () => Promise.resolve([echo]) };
    const client = await openClient(transport, { store });
    expect(await client.syncStore()).toMatchObject({ patternsPushed: 0 });
    expect(constellation.report()).toMatchObject({ samplesAccepted: 0, deltasApplied: 0 });
  });

  it('keeps a sample count of 2^53 - 1 in the books', async () => {
    const { transport } = await openConstellation();
    const client = await openClient(transport);
    await client.store.skillStore(realPattern(0, { sampleCount: Number.MAX_SAFE_INTEGER }));
    await client.syncStore();
    expect(await booksOf(client)).toMatchObject({ acknowledged: Number.MAX_SAFE_INTEGER });
  });
});
