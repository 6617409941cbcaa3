import { loadCatalogue, type Title } from '@omega-tv/catalogue';
import { createRandom } from '@omega-tv/seeded-random';
import { createViewer, PERSONAS, watchEvenings } from '@omega-tv/simulated-viewers';
import { learn, type LearnedPattern } from '@omega-tv/tv-agent';
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

/** What simulated viewers of the catalogue taught their TVs, and averages of it. */
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
  const globals = average(tvs.slice(0, TEACHERS));
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
  let patterns: readonly LearnedPattern[] = [];
  for (const { titleId, completed } of watchEvenings(viewer, 0, EVENINGS)) {
    const title = titles.get(titleId);
    if (title === undefined) continue;
    if (completed) finished.set(titleId, (finished.get(titleId) ?? 0) + 1);
    const sample = { embedding: title.embedding, genre: title.genres[0], completed };
    const { pattern } = learn(patterns, sample, random);
    patterns = [...patterns.filter(({ id }) => id !== pattern.id), pattern];
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

/** TVs behind each published pattern. */
const DEVICES = 3;

/**
 * Global patterns, each the weighted mean of one genre's patterns of three TVs. A server would join
 * them to fewer: the tastes of simulated viewers do not fill a snapshot.
 */
function average(tvs: readonly (readonly PatternData[])[]): GlobalPatterns {
  const genres = new Map<string, PatternData[]>();
  for (const pattern of tvs.flat()) {
    genres.set(pattern.genre, [...(genres.get(pattern.genre) ?? []), pattern]);
  }
  // All genres' first ones, then all second ones: a snapshot is for every taste.
  const patterns: PatternData[] = [];
  for (let number = 0; number < tvs.length; number += 1) {
    for (const group of genres.values()) {
      const part = group.slice(number * DEVICES, (number + 1) * DEVICES);
      if (part.length === DEVICES) patterns.push(meanOf(part, number + 1));
    }
  }
  return { patterns, trends: [], version: 1, timestamp: TIMESTAMP };
}

function meanOf(patterns: readonly PatternData[], number: number): PatternData {
  const genre = patterns[0]?.genre ?? '';
  const samples = patterns.reduce((sum, { sampleCount }) => sum + sampleCount, 0);
  const weights = patterns.map(({ sampleCount, successRate }) => sampleCount * successRate);
  const sum = Float64Array.from(patterns[0]?.embedding ?? [], (_, k) =>
    patterns.reduce(
      (total, { embedding }, i) => total + (weights[i] ?? 0) * (embedding[k] ?? 0),
      0,
    ),
  );
  const length = Math.sqrt(sum.reduce((total, value) => total + value * value, 0));
  const successes = weights.reduce((total, weight) => total + weight, 0);
  return {
    id: `global:${genre}-${number}`,
    embedding: Float32Array.from(sum, (value) => value / length),
    successRate: Math.round((100 * successes) / samples) / 100,
    sampleCount: samples,
    genre,
  };
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
