import { loadCatalogue } from '@omega-tv/catalogue';
import { createSyncLoop, sampleBooks, SyncClient, type SampleBooks } from '@omega-tv/client';
import {
  createMiniLmCodec,
  createNodeV1Format,
  createNodeV2Format,
} from '@omega-tv/compression/node';
import {
  Constellation,
  createInMemoryTransport,
  createMemoryConstellationStore,
  Responder,
} from '@omega-tv/constellation';
import type { EmbeddingCodec } from '@omega-tv/embedding-codec';
import { createRandom } from '@omega-tv/seeded-random';
import type { PatternData } from '@omega-tv/types';
import { drawLearned } from '../learning.js';
import { MINUTE_S, type Scenario } from '../scenarios.js';
import { CountingLine } from './counting-line.js';
import { SMALL_ASSUMPTIONS, type AgreementFigures } from './small-case.js';
import { VirtualTime } from './virtual-time.js';

export interface RealFleetSettings {
  readonly scenario: Scenario;
  readonly tvs: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (share: number) => void;
}

export interface RealFleetResult extends AgreementFigures {
  /** When versions were published: an input of the simulation, since it knows no contents. */
  readonly publishedAtS: readonly number[];
  /** What the server counted, and what its TVs were told that it has. */
  readonly samplesAccepted: number;
  readonly samplesAcknowledged: number;
}

const START_MS = Date.UTC(2026, 10, 22);
/** Few, so that a small fleet's patterns are published. */
const MIN_DEVICES = 2;
/** Small, since each TV decodes them: how many are fetched is what counts. */
const SNAPSHOT_BYTES = 600;
const SAMPLE_S = 10 * MINUTE_S;
const SAMPLES_EACH = 12;
/** More than a TV learns here. */
const MOST_PATTERNS = 1024;

/** A TV of the product, as far as it is watched. */
interface RealTv {
  readonly end: () => void;
  readonly books: () => Promise<SampleBooks>;
  lastSuccessS: number;
  backS: number;
}

/** Lets the product's own TVs exchange with its own server, in virtual time. @throws the signal's reason. */
export async function runRealFleet(settings: RealFleetSettings): Promise<RealFleetResult> {
  const { scenario, tvs: count, signal, onProgress } = settings;
  const time = new VirtualTime(START_MS);
  const codecs = [createMiniLmCodec()] as const;
  const constellation = await Constellation.open({
    store: createMemoryConstellationStore(),
    format: createNodeV1Format(),
    snapshots: { codecs, budgetBytes: SNAPSHOT_BYTES },
    federation: { minDevices: MIN_DEVICES },
    clock: time.clock,
  });
  const line = new CountingLine(createInMemoryTransport(new Responder(constellation)));
  const fleet = await Promise.all(
    Array.from({ length: count }, (_, tv) => startTv(tv, { time, line, scenario, codecs })),
  );
  const publishedAtS: number[] = [];
  const ages: number[] = [];
  for (let second = 0; second <= scenario.endS; second += 5 * MINUTE_S) {
    await time.advance(second);
    signal?.throwIfAborted();
    onProgress?.(second / scenario.endS);
    for (const event of scenario.events) {
      if (event.kind === 'servers' && event.atS === second) line.isDown = event.trouble === 'down';
    }
    if (second === scenario.endS) break;
    if (second % SAMPLE_S === 0) {
      ages.push(...fleet.map(({ lastSuccessS }) => second - lastSuccessS));
    }
    const isDue = second > 0 && second % SMALL_ASSUMPTIONS.publishEveryS === 0;
    if (isDue && (await constellation.publish()) !== undefined) publishedAtS.push(second);
  }
  for (const { end } of fleet) end();
  const books = await Promise.all(fleet.map((tv) => tv.books()));
  const { samplesAccepted } = constellation.report();
  await constellation.close();
  const { exchanges, failures, polls, pushes, patterns, ...rest } = line.tally;
  const { fetches, originFetches, bytesUp, bytesDown } = rest;
  return {
    sums: {
      ...{ exchanges, failures, polls, pushes, patterns },
      ...{ fetches, originFetches, bytesUp, bytesDown },
    },
    p99: {
      stalenessS: quantile(ages, 0.99),
      backS: quantile(
        fleet.map(({ backS }) => backS - (scenario.overAtS ?? 0)),
        0.99,
      ),
    },
    ...{ publishedAtS, samplesAccepted },
    samplesAcknowledged: books.reduce((sum, { acknowledged }) => sum + acknowledged, 0),
  };
}

interface Surroundings {
  readonly time: VirtualTime;
  readonly line: CountingLine;
  readonly scenario: Scenario;
  readonly codecs: readonly [EmbeddingCodec];
}

async function startTv(
  tv: number,
  { time, line, scenario, codecs }: Surroundings,
): Promise<RealTv> {
  const { clock, scheduler } = time;
  const random = createRandom('agreement', tv);
  const client = await SyncClient.create({
    ...{ url: 'http://constellation.invalid', deviceId: `tv-${tv}`, transport: line },
    ...{ format: createNodeV2Format({ codecs, random }), snapshots: 'cached', clock, random },
  });
  const watched: RealTv = {
    end: () => {
      running.unsubscribe();
    },
    books: async () => {
      const learnedHere = await client.store.skillList(MOST_PATTERNS, 'learned');
      return sampleBooks(await client.store.loadSyncState(), learnedHere);
    },
    ...{ lastSuccessS: 0, backS: NaN },
  };
  let [learnedUntilS, learned] = [0, 0];
  const learn = async (): Promise<void> => {
    const patterns = drawLearned(SMALL_ASSUMPTIONS, time.nowS - learnedUntilS, random);
    learnedUntilS = time.nowS;
    for (let i = 0; i < patterns; i += 1) {
      await client.store.skillStore(patternOf(`${tv}-${learned}`, random.next()));
      learned += 1;
    }
  };
  const loop = createSyncLoop({
    exchange: (signal) =>
      time.during(async () => {
        await learn();
        return client.syncStore({ signal });
      }),
    ...{ waitMemory: client.waitMemory, scheduler, clock, random },
  });
  loop.results$.subscribe(({ patternsPushed }) => {
    line.tally.exchanges += 1;
    line.tally.patterns += patternsPushed;
    watched.lastSuccessS = time.nowS;
    const isOver = time.nowS >= (scenario.overAtS ?? 0);
    if (isOver && Number.isNaN(watched.backS)) watched.backS = time.nowS;
  });
  loop.errors$.subscribe(() => {
    line.tally.failures += 1;
  });
  const running = loop.start();
  return watched;
}

/** Read once: it is large. */
const titles = loadCatalogue();

/** A real title, by chance. */
function patternOf(id: string, chance: number): PatternData {
  const title = titles[Math.floor(chance * titles.length)];
  if (title === undefined) throw new Error('the catalogue is empty');
  const { embedding, genres } = title;
  return { id, embedding, successRate: 0.9, sampleCount: SAMPLES_EACH, genre: genres[0] };
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(share * (sorted.length - 1))] ?? NaN;
}
