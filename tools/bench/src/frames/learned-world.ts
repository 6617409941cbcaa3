import { loadCatalogue, type Title } from '@omega-tv/catalogue';
import {
  contribute,
  contributionsFromDelta,
  createFederationConfig,
  emptyFederation,
  publish,
} from '@omega-tv/federation';
import { createRandom } from '@omega-tv/seeded-random';
import { createViewer, learn, PERSONAS, type LearnedPattern } from '@omega-tv/tv-agent';
import {
  meetsSyncThreshold,
  type GlobalPatterns,
  type PatternData,
  type SyncDelta,
  type TrendSignal,
} from '@omega-tv/types';

const TVS = 360;
/** Their viewers taught the server; the others' patterns are the ones that are sent. */
const TEACHERS = 240;
const EVENINGS = 120;
const START_MS = Date.UTC(2026, 0, 1);
const TIMESTAMP = new Date(START_MS).toISOString();

/** What simulated viewers of the catalogue taught their TVs, and what a server makes of it. */
export interface LearnedWorld {
  readonly globals: GlobalPatterns;
  /** Patterns of TVs that the server never heard of, ten a delta. */
  readonly deltas: readonly SyncDelta[];
  /** Titles by how many viewers finished them, as trends of one region. */
  readonly titleTrends: readonly TrendSignal[];
}

export function learnWorld(): LearnedWorld {
  const catalogue = loadCatalogue();
  const titles = new Map(catalogue.map((title) => [title.id, title]));
  const finished = new Map<string, number>();
  const tvs = Array.from({ length: TVS }, (_, i) => watch(catalogue, titles, finished, i));
  const globals = federate(tvs.slice(0, TEACHERS));
  const unheard = tvs.slice(TEACHERS).flat();
  return { globals, deltas: toDeltas(unheard), titleTrends: toTrends(finished, titles) };
}

function watch(
  catalogue: readonly Title[],
  titles: ReadonlyMap<string, Title>,
  finished: Map<string, number>,
  index: number,
): readonly PatternData[] {
  const persona = PERSONAS[index % PERSONAS.length];
  const options = { catalogue, seed: `bench ${index}` };
  const viewer = createViewer(persona === undefined ? options : { ...options, persona });
  const random = createRandom('bench pattern ids', index);
  const seen = new Set<string>();
  let patterns: readonly LearnedPattern[] = [];
  for (let number = 0; number < EVENINGS; number += 1) {
    for (const { titleId, completed } of viewer.watch({ number, offered: [], seen })) {
      const title = titles.get(titleId);
      if (title === undefined) continue;
      seen.add(titleId);
      if (completed) finished.set(titleId, (finished.get(titleId) ?? 0) + 1);
      const sample = { embedding: title.embedding, genre: title.genres[0], completed };
      const { pattern } = learn(patterns, sample, random);
      patterns = [...patterns.filter(({ id }) => id !== pattern.id), pattern];
    }
  }
  return patterns
    .filter(meetsSyncThreshold)
    .map(({ id, embedding, successRate, sampleCount, genre }) => ({
      id,
      embedding,
      successRate,
      sampleCount,
      genre,
    }));
}

/** Finer clusters than a server's default, so that a small catalogue fills a snapshot. */
const CONFIG = { minDevices: 3, joinCosine: 0.93, mergeCosine: 0.98 };

function federate(tvs: readonly (readonly PatternData[])[]): GlobalPatterns {
  const config = createFederationConfig(CONFIG);
  let number = 0;
  const keys = {
    drawKey: () => String((number += 1)),
    tagDevice: (key: string, deviceId: string) => `${key} ${deviceId}`,
  };
  let state = emptyFederation();
  tvs.forEach((patterns, i) => {
    const delta = { deviceId: `tv-${i}`, patterns, version: 1, timestamp: TIMESTAMP };
    const counts = patterns.map(({ sampleCount }) => sampleCount);
    const contributions = contributionsFromDelta(delta, counts, START_MS + i, undefined);
    state = contribute(state, contributions, keys, config).state;
    state = publish(state, START_MS + i, config).state;
  });
  return { ...state.published, timestamp: TIMESTAMP };
}

const PATTERNS_A_DELTA = 10;

function toDeltas(patterns: readonly PatternData[]): readonly SyncDelta[] {
  const count = Math.floor(patterns.length / PATTERNS_A_DELTA);
  return Array.from({ length: count }, (_, i) => ({
    deviceId: `tv-${i}`,
    patterns: patterns
      .slice(i * PATTERNS_A_DELTA, (i + 1) * PATTERNS_A_DELTA)
      // As one TV would number them: no simulated viewer alone has ten that are good enough.
      .map((pattern, n) => ({
        ...pattern,
        id: `kx3m7qa-${n + 1}`,
        newSamples: pattern.sampleCount,
      })),
    version: 2,
    timestamp: TIMESTAMP,
    position: { deviceEpoch: 0x9e3779b9, seq: i + 1 },
  }));
}

function toTrends(
  finished: ReadonlyMap<string, number>,
  titles: ReadonlyMap<string, Title>,
): readonly TrendSignal[] {
  const ranked = [...finished].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  const most = ranked[0]?.[1] ?? 1;
  return ranked.map(([contentId, count]) => ({
    contentId,
    score: Math.round((1000 * count) / most) / 1000,
    region: 'ZZ',
    genre: titles.get(contentId)?.genres[0] ?? '',
    calculatedAt: TIMESTAMP,
  }));
}
