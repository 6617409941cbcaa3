import {
  contribute,
  contributionsFromDelta,
  createFederationConfig,
  emptyFederation,
  publish,
  scoreContent,
} from '@omega-tv/federation';
import { meetsSyncThreshold, TREND_FRESHNESS_MS, type GlobalPatterns } from '@omega-tv/types';
import { describe, expect, it } from '@jest/globals';
import type { LearnedPattern } from '../src/learner/pattern.js';
import { pickDiverse } from '../src/recommender/diversity.js';
import { explain } from '../src/recommender/reason.js';
import { recommend, type RecommendInput } from '../src/recommender/recommend.js';
import { dot } from '@omega-tv/catalogue';
import { PERSONAS, watchEvenings, type Viewer } from '@omega-tv/simulated-viewers';
import { catalogue, createPersonaViewer, findTitle, learnAll } from './simulate.js';

const nowMs = Date.UTC(2026, 0, 1);
const TVS_PER_PERSONA = 5;

/** What a Constellation with k = 3 publishes when these TVs push once. */
function federate(tvs: readonly (readonly LearnedPattern[])[]): GlobalPatterns {
  const config = createFederationConfig({ minDevices: 3 });
  let cohorts = 0;
  const keys = {
    drawKey: () => String((cohorts += 1)),
    tagDevice: (key: string, deviceId: string) => `${key}/${deviceId}`,
  };
  let state = emptyFederation();
  tvs.forEach((learned, index) => {
    const patterns = learned.filter(meetsSyncThreshold);
    const increments = patterns.map(({ sampleCount }) => sampleCount);
    const delta = { deviceId: `tv-${index}`, patterns };
    const contributions = contributionsFromDelta(delta, increments, nowMs);
    state = contribute(state, contributions, keys, config).state;
  });
  const { globals } = publish(state, nowMs, config);
  if (globals === null) throw new Error('nothing was published');
  return globals;
}

const groups = PERSONAS.map((_, persona) =>
  Array.from({ length: TVS_PER_PERSONA }, (_unused, tv) =>
    learnAll(watchEvenings(createPersonaViewer(persona, `group ${tv}`), 0, 40)),
  ),
);
const globalsByPersona = groups.map(federate);
const everyone = federate(groups.flat());

/** A TV after some evenings; `likes` cuts its history to its first so many finished titles. */
function createTv(viewer: Viewer, evenings: number, likes?: number): RecommendInput {
  const viewings = watchEvenings(viewer, 0, evenings);
  const history =
    likes === undefined ? viewings : viewings.filter(({ completed }) => completed).slice(0, likes);
  return { catalogue, history, patterns: learnAll(history), nowMs };
}

describe('a recommendation', () => {
  it('is never something that was watched here, and never the same twice', () => {
    for (let persona = 0; persona < PERSONAS.length; persona += 1) {
      const tv = createTv(createPersonaViewer(persona, 'list'), 30);
      const ids = recommend({ ...tv, globals: everyone, count: 20 }).map(({ title }) => title.id);
      expect(new Set(ids).size).toBe(20);
      expect(ids.filter((id) => tv.history.some(({ titleId }) => titleId === id))).toEqual([]);
    }
  });

  it('gives true reasons', () => {
    const kinds = new Set<string>();
    for (let persona = 0; persona < PERSONAS.length; persona += 1) {
      const tv = createTv(createPersonaViewer(persona, 'reasons'), 12);
      const finished = tv.history
        .filter(({ completed }) => completed)
        .map(({ titleId }) => findTitle(titleId));
      for (const { title, reasons } of recommend({ ...tv, globals: everyone })) {
        for (const reason of reasons) {
          kinds.add(reason.kind);
          if (reason.kind === 'own') {
            const cosines = finished
              .map(({ embedding }) => dot(embedding, title.embedding))
              .sort((a, b) => b - a);
            expect(reason.alike.filter((other) => !finished.includes(other))).toEqual([]);
            expect(reason.alike.map((other) => dot(other.embedding, title.embedding))).toEqual(
              cosines.slice(0, reason.alike.length),
            );
            expect(finished.some(({ genres }) => genres[0] === reason.genre)).toBe(true);
          }
          if (reason.kind === 'global') expect(everyone.patterns).toContain(reason.pattern);
          if (reason.kind === 'trend') {
            expect(title.genres).toContain(reason.genre);
            expect(everyone.trends.map(({ genre }) => genre)).toContain(reason.genre);
          }
        }
      }
    }
    expect([...kinds].sort()).toEqual(['global', 'own', 'trend']);
  });

  it('can be read out', () => {
    const [alien, bladeRunner] = ['alien-1979', 'blade-runner-1982'].map(findTitle);
    if (alien === undefined || bladeRunner === undefined) throw new Error('no such titles');
    const [pattern] = everyone.patterns;
    if (pattern === undefined) throw new Error('no patterns');
    const own = { kind: 'own', genre: 'horror' } as const;
    expect(explain([{ ...own, alike: [alien, bladeRunner] }])).toBe(
      'like Alien and Blade Runner, which you finished',
    );
    expect(explain([{ ...own, alike: [] }])).toBe('like the horror that you finish');
    expect(
      explain([
        {
          kind: 'global',
          pattern: { ...pattern, id: 'global:crime-1', genre: 'crime', successRate: 0.915 },
        },
        { kind: 'trend', genre: 'crime' },
      ]),
    ).toBe('viewers elsewhere finish 92 % of crime like this (global:crime-1); on the rise: crime');
    expect(explain([])).toBe('something new to try');
  });

  it('leaves stale trends out (rule 1.5)', () => {
    const tv = { ...createTv(createPersonaViewer(0, 'stale'), 5), globals: everyone };
    const kindsAt = (at: number) =>
      recommend({ ...tv, nowMs: at }).flatMap(({ reasons }) => reasons.map(({ kind }) => kind));
    expect(kindsAt(nowMs)).toContain('trend');
    expect(kindsAt(nowMs + TREND_FRESHNESS_MS)).not.toContain('trend');
  });

  it('is there on the first evening too, with nothing known', () => {
    const list = recommend({ catalogue, patterns: [], history: [], nowMs });
    expect(list.length).toBe(10);
    expect(list.flatMap(({ reasons }) => reasons)).toEqual([]);
    const informed = recommend({ catalogue, patterns: [], history: [], globals: everyone, nowMs });
    expect(informed.every(({ reasons }) => reasons.length > 0)).toBe(true);
  });
});

describe('a list', () => {
  it('is less alike than the plain best ten, at little cost in score', () => {
    const plainLikeness: number[] = [];
    const likeness: number[] = [];
    for (let persona = 0; persona < PERSONAS.length; persona += 1) {
      const tv = createTv(createPersonaViewer(persona, 'diverse'), 10);
      const list = recommend(tv);
      const plain = plainBest(tv);
      plainLikeness.push(meanLikeness(plain.map(({ title }) => title.embedding)));
      likeness.push(meanLikeness(list.map(({ title }) => title.embedding)));
      const score = (items: readonly { readonly score: number }[]) =>
        mean(items.map((item) => item.score));
      expect(score(list)).toBeGreaterThan(0.9 * score(plain));
    }
    expect(mean(likeness)).toBeLessThan(mean(plainLikeness) - 0.01);
  });

  it('prefers something else to a twin', () => {
    const [first, second, third] = catalogue;
    if (!first || !second || !third) throw new Error('no catalogue');
    const candidates = [
      { name: 'best', embedding: first.embedding, score: 1 },
      { name: 'twin', embedding: first.embedding, score: 0.99 },
      { name: 'other', embedding: second.embedding, score: 0.95 },
      { name: 'last', embedding: third.embedding, score: 0 },
    ];
    expect(pickDiverse(candidates, 3).map(({ name }) => name)).toEqual(['best', 'other', 'twin']);
    expect(pickDiverse(candidates, 9).length).toBe(4);
    expect(pickDiverse([], 3)).toEqual([]);
  });
});

describe('what other TVs learned', () => {
  it('helps a fresh viewer: much when they are alike, some when mixed, hardly any harm when unlike', () => {
    const shares = { alone: [0], unlike: [0], mixed: [0], alike: [0] };
    for (const list of Object.values(shares)) list.length = 0;
    for (let persona = 0; persona < PERSONAS.length; persona += 1) {
      for (let seed = 0; seed < 5; seed += 1) {
        const viewer = createPersonaViewer(persona, `fresh ${seed}`);
        const tv = createTv(viewer, 30, 2);
        const unlike = globalsByPersona[(persona + 5) % PERSONAS.length] ?? everyone;
        const alike = globalsByPersona[persona] ?? everyone;
        shares.alone.push(wouldFinish(viewer, tv));
        shares.unlike.push(wouldFinish(viewer, { ...tv, globals: unlike }));
        shares.mixed.push(wouldFinish(viewer, { ...tv, globals: everyone }));
        shares.alike.push(wouldFinish(viewer, { ...tv, globals: alike }));
      }
    }
    const [alone, unlike, mixed, alike] = Object.values(shares).map(mean);
    console.log(
      'simulated, two titles known, share of ten recommended that the viewer would finish:',
      Object.entries(shares).map(([name, list]) => `${name} ${mean(list).toFixed(2)}`),
    );
    expect(alone).toBeGreaterThan(0.4);
    expect(unlike).toBeGreaterThan((alone ?? 1) - 0.05);
    expect(mixed).toBeGreaterThan((alone ?? 1) + 0.03);
    expect(alike).toBeGreaterThan((mixed ?? 1) + 0.05);
  });
});

/** The ten best scores of all that was not watched. */
function plainBest({ patterns, history }: RecommendInput) {
  const watched = new Set(history.map(({ titleId }) => titleId));
  return catalogue
    .filter(({ id }) => !watched.has(id))
    .map((title) => ({ title, score: scoreContent(title, patterns).score }))
    .sort((a, b) => b.score - a.score)
    .slice(0, 10);
}

function wouldFinish(viewer: Viewer, input: RecommendInput): number {
  return mean(recommend(input).map(({ title }) => Number(viewer.affinity(title.id) >= 0.5)));
}

function meanLikeness(embeddings: readonly Float32Array[]): number {
  return mean(embeddings.flatMap((a, i) => embeddings.slice(0, i).map((b) => dot(a, b))));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
