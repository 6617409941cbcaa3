import { describe, expect, it } from '@jest/globals';
import { loadCatalogue } from '@omega-tv/catalogue';
import {
  Codecs,
  decodeBatchFrame,
  decodeDeltaFrame,
  fillTitles,
  isBatchFrame,
  publishTitles,
  receiveTitles,
  type TitleHoldings,
} from '@omega-tv/compression';
import { createMiniLmCodec } from '@omega-tv/compression/node';
import { createTextStart, SCORINGS } from '@omega-tv/federation';
import type { SyncDelta } from '@omega-tv/types';
import { createMemoryPatternStore, emptySyncState, type CompletedTitle } from '../../src/index.js';
import { recording } from '../support.js';
import { openServer, openTv } from '../v2/support.js';

const codec = createMiniLmCodec();
const codecs = new Codecs([codec]);
const catalogue = loadCatalogue().slice(0, 60);
const textStart = createTextStart(codec.codebook);

/** What a TV holds once it has the whole list of a fleet: titles as their texts have them. */
function holdings(): TitleHoldings {
  const titles = catalogue.map(({ id, embedding }, rank) => {
    return { contentId: id, count: 100 - rank, coordinates: textStart.factors(embedding) };
  });
  const meanViewers = Array.from({ length: 4 }, () => new Float64Array(32));
  const weights = new Float64Array(32).fill(1);
  const factors = { generation: 1, scoring: 0, weights, titles, meanViewers };
  const list = publishTitles(undefined, factors);
  return receiveTitles({}, fillTitles(list, undefined, 60_000)!);
}

/** The deltas of a TV that completed ten titles, each when its time has come. */
async function reported(random: number): Promise<readonly SyncDelta[]> {
  const { transport } = await openServer({});
  const deltas: SyncDelta[] = [];
  const tapped = recording(transport, (next, { body }) => {
    const frames = body === undefined ? [] : isBatchFrame(body) ? decodeBatchFrame(body) : [body];
    for (const frame of frames) {
      deltas.push(decodeDeltaFrame(codecs, frame, { findBase: () => undefined }).delta);
    }
    return next();
  });
  const store = createMemoryPatternStore();
  const completed = catalogue.slice(0, 10).map(({ id }, i): [string, CompletedTitle] => {
    return [id, { order: i + 1, status: 'waiting', reportAtMs: 0 }];
  });
  await store.saveSyncState({
    ...emptySyncState,
    completed: new Map(completed),
    holdings: holdings(),
  });
  const client = await openTv(tapped, {
    store,
    random: { next: () => random },
    titles: { catalogue, textStart, areShared: true },
  });
  for (let i = 0; i < 16; i += 1) await client.syncStore();
  return deltas.filter(({ engagements }) => engagements !== undefined);
}

describe('what goes out with a completed title', () => {
  it('is the viewer, and now and then which ways to score would have found it (rule 12.13)', async () => {
    const deltas = await reported(0.1);
    expect(deltas).toHaveLength(10);
    for (const { viewerFactors } of deltas) expect(viewerFactors).toMatchObject({ generation: 1 });
    // Of a viewer who knew the first three titles, the seven that came later are asked for.
    const tried = deltas.flatMap(({ hits }) => (hits === undefined ? [] : [hits]));
    expect(tried).toHaveLength(7);
    for (const hits of tried) expect(hits).toHaveLength(SCORINGS.length);
  });

  it('is the viewer alone with three reports of four (rule 12.13)', async () => {
    const deltas = await reported(0.7);
    expect(deltas).toHaveLength(10);
    expect(deltas.filter(({ hits }) => hits !== undefined)).toEqual([]);
  });
});
